"""Views: read through the selectors, hand over to a context, render."""
