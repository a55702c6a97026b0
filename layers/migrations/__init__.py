"""Migrations of the registry; layers' own tables follow their definitions."""
