"""Links that lead a person to a place with the route planner of his choice."""

from __future__ import annotations

from urllib.parse import urlencode

# The address that opens the app on phones and the page elsewhere; only the goal is told, not where one is.
_PLANNER = "https://www.google.com/maps/dir/"


def route_to(lon: float, lat: float) -> str:
    """Return the address of the way on foot to a point (degrees, EPSG:4326)."""
    return (
        f"{_PLANNER}?{urlencode({'api': 1, 'destination': f'{lat:.6f},{lon:.6f}', 'travelmode': 'walking'})}"
    )
