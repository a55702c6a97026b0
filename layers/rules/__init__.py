"""The declared rules of a layer's data, run in SQL over a whole staged delivery at once."""
