"""The command line's groups: each module adds its commands to the parser with `add_to`."""
