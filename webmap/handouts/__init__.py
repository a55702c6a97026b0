"""Hand-outs: one file a layer or theme that opens from a USB stick, with map and table, and asks nobody for anything."""
