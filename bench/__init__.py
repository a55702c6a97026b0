"""Measurements, each run by hand and each against a peer in the same run."""
