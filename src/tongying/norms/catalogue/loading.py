"""The published norms, read from `tables/`; a table that was changed unnoticed is refused.

One file holds one source: its citation, its population, and its norms. `tables/INDEX.json` keeps
the SHA-256 of each file; it is written on purpose, by ``scripts/index_norms.py``.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from hashlib import sha256
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any, ClassVar

from tongying.kernel.errors import BadInput
from tongying.norms.axis import AxisKind
from tongying.norms.catalogue.caveats import caveat_of, of_count
from tongying.norms.forms.registry import form_of
from tongying.norms.measure import measure_of
from tongying.norms.method import MeasuringMethod
from tongying.norms.norm import Citation, Grade, Norm, Origin, Population, Route
from tongying.norms.release.document import digest, document_of

INDEX = "INDEX.json"


class TableChanged(BadInput):
    """A table of published norms is not the one that was indexed."""

    code: ClassVar[str] = "norms.table-changed"


class EntryRefused(BadInput):
    """A published norm lacks its citation or population, or is written twice."""

    code: ClassVar[str] = "norms.entry-refused"


@cache
def catalogue() -> dict[str, Norm]:
    """Return every published norm by its id.

    Raises
    ------
    TableChanged
        If a table is missing or is not the one that was indexed.
    EntryRefused
        If an entry lacks a part or is written twice.
    """
    return read(files("tongying.norms") / "tables")


def read(folder: Traversable) -> dict[str, Norm]:
    """Return the norms of a folder of tables.

    Raises
    ------
    TableChanged
        If a table is missing or is not the one that was indexed.
    EntryRefused
        If an entry lacks a part or is written twice.
    """
    index: dict[str, str] = json.loads((folder / INDEX).read_text("utf-8"))
    norms: dict[str, Norm] = {}
    for name, expected in index.items():
        table = folder / name
        if not table.is_file():
            raise TableChanged(f"The table {name} of published norms is missing.")
        content = table.read_bytes()
        if sha256(content).hexdigest() != expected:
            raise TableChanged(f"The table {name} of published norms is not the one indexed.")
        for norm in norms_of(json.loads(content)):
            if norm.id in norms:
                raise EntryRefused(f"The norm {norm.id} is written twice.")
            norms[norm.id] = norm
    return norms


def norms_of(source: Mapping[str, Any]) -> tuple[Norm, ...]:
    """Return the norms of one source; what a norm does not say, its source says for it.

    Raises
    ------
    EntryRefused
        If an entry lacks a part.
    """
    try:
        return tuple(_norm({**source, **entry}) for entry in source["norms"])
    except (KeyError, TypeError, ValueError) as error:
        raise EntryRefused(
            "A published norm lacks a part, or has one of the wrong kind."
        ) from error


def _norm(entry: Mapping[str, Any]) -> Norm:
    population = Population(**entry["population"])
    said = entry["citation"]
    citation = Citation(said["text"], said["doi"], said["seen"], Grade(said["grade"]))
    if not (citation.text and citation.seen and population.english and population.chinese):
        raise EntryRefused(f"The norm {entry['id']} lacks its citation or population.")
    if measure_of(entry["measure"]).unit != entry["unit"]:
        raise EntryRefused(f"The norm {entry['id']} is not in the unit of its measure.")
    norm = Norm(
        id=entry["id"],
        measure=entry["measure"],
        unit=entry["unit"],
        axis=AxisKind(entry["axis"]),
        form=form_of(entry["form"]),
        method=MeasuringMethod(**entry["method"]),
        population=population,
        route=Route(entry["route"]),
        origin=Origin.PUBLISHED,
        citation=citation,
        caveats=(*of_count(population.n), *(caveat_of(code) for code in entry["caveats"])),
    )
    return replace(norm, sha256=digest(document_of(norm)))
