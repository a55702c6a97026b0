"""The gazetteer's reads: the position of an address, names found as one types, the town at a point.

Its sources are the tables of `layers.gazetteer_models`, filled by `layers.services.gazetteer`, and the city's layer of
towns' areas, which is read as it stands. Confidence and expected errors are derived in `confidence`.
"""
