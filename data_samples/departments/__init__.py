"""One module per department: `deliver(city, folder)` writes its files and returns what it wrote."""
