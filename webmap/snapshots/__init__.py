"""The public map, its lists and its data as plain files, for when everything else is down."""
