"""The spatial API for machines: OGC API Features and Tiles, rasters, search, all read only."""
