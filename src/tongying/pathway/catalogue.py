"""The pathways that ship with the platform."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import ClassVar

from tongying.kernel.errors import NotFound
from tongying.pathway.definition import Pathway
from tongying.pathway.reading import read_pathway

FOLDER = "data"


class PathwayUnknown(NotFound):
    """No pathway has this id."""

    code: ClassVar[str] = "pathway.unknown"


@cache
def texts() -> dict[str, str]:
    """Return the texts of the shipped pathways by their files' names, in order."""
    folder = files("tongying.pathway") / FOLDER
    return {
        one.name: one.read_text("utf-8")
        for one in sorted(folder.iterdir(), key=lambda one: one.name)
        if one.name.endswith(".yaml")
    }


@cache
def pathways() -> dict[str, Pathway]:
    """Return the shipped pathways by their ids."""
    read = (read_pathway(text, name=name) for name, text in texts().items())
    return {one.id: one for one in read}


def pathway_of(name: str) -> Pathway:
    """Return the shipped pathway with an id.

    Raises
    ------
    PathwayUnknown
        If there is none.
    """
    try:
        return pathways()[name]
    except KeyError:
        raise PathwayUnknown(f"No pathway is called {name[:60]!r}.") from None


def text_of(name: str) -> str:
    """Return the text of the shipped pathway with an id.

    Raises
    ------
    PathwayUnknown
        If there is none.
    """
    wanted = pathway_of(name).digest
    return next(
        text for file, text in texts().items() if read_pathway(text, name=file).digest == wanted
    )
