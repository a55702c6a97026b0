"""From any departmental file to a checked, staged load: read, map, clean, check, stage."""
