"""What the templates are given: plain values made from the catalogue in the reader's language."""
