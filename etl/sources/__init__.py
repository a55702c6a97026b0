"""Remembered sources: small declarative files that say where a delivery comes from and how it is read."""
