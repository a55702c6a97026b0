"""Readers of the files that gazetteers are published as, each by the columns it has; loading them."""
