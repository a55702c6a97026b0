"""A client of Machizu's spatial API: `Machizu` asks, the other classes are what it answers."""

from machizu_client.answers import Change, Collection, Event, Feature, Nearest, Written
from machizu_client.api import Machizu
from machizu_client.changes import Changes
from machizu_client.errors import MachizuApiError, Problem, Unreachable

__all__ = [
    "Change",
    "Changes",
    "Collection",
    "Event",
    "Feature",
    "Machizu",
    "MachizuApiError",
    "Nearest",
    "Problem",
    "Unreachable",
    "Written",
]
