"""What `machizu up` needs to keep processes alive and to end them: children, signals, checks, messages."""
