"""Deliveries as departments really make them, for trying the platform.

Everything is invented by a script with a fixed seed: boundary, courses of rivers, heights, facilities,
people. Nothing here may be used for evacuation. Names of towns are public knowledge (see `towns`).
"""
