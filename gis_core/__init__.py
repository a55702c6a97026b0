"""The ground every part stands on: pure Python on shapely and pyproj, no framework, no database."""
