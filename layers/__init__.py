"""The layer store: registry, definitions, typed tables, publishing, visibility. All SQL lives here."""
