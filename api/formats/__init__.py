"""Whole layers as files: what each format is, and how rows from the database become one."""
