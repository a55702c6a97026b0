"""Writes to the store, by subject; the only door for them. One transaction each."""
