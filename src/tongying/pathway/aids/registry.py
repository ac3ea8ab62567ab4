"""Every decision aid by its id."""

from __future__ import annotations

from functools import cache
from typing import ClassVar

from tongying.kernel.errors import NotFound
from tongying.pathway.aids.aid import Aid
from tongying.pathway.aids.all_aids import ALL


class AidUnknown(NotFound):
    """No decision aid has this id."""

    code: ClassVar[str] = "pathway.aid-unknown"


@cache
def aids() -> dict[str, Aid]:
    """Return every decision aid by its id."""
    return {one.id: one for one in ALL}


def aid_of(name: str) -> Aid:
    """Return the aid with an id.

    Raises
    ------
    AidUnknown
        If there is none.
    """
    try:
        return aids()[name]
    except KeyError:
        raise AidUnknown(f"No decision aid is called {name[:60]!r}.") from None
