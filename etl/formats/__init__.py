"""Readers, one for each family of files; each knows its format and nothing of layers or the database."""
