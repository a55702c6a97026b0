"""What is made from a layer's id, geometry type and visible fields alone, kept as long as these do not change."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache, wraps
from typing import TypeVar, TypeVarTuple

from layers.catalogue import LayerInfo

# More than the layers of a city times the kinds of requests that are usual; a text takes a few kilobytes.
KEPT = 2048

Rest = TypeVarTuple("Rest")
Made = TypeVar("Made")


@dataclass(frozen=True)
class _Form:
    """A layer whatever its revision: two of the same id and form are equal."""

    layer_id: str
    digest: str
    info: LayerInfo = field(compare=False)


def once_a_form(
    make: Callable[[LayerInfo, *Rest], Made],
) -> Callable[[LayerInfo, *Rest], Made]:
    """Call `make` once for each form of a layer: putting SQL together costs more than many a query.

    `make` may look at nothing of the layer that changes from revision to revision. Its arguments are
    positional, and hashable.
    """

    @lru_cache(maxsize=KEPT)
    def made(form: _Form, *rest: *Rest) -> Made:
        return make(form.info, *rest)

    @wraps(make)
    def found(info: LayerInfo, *rest: *Rest) -> Made:
        return made(_Form(info.id, info.form, info), *rest)

    return found
