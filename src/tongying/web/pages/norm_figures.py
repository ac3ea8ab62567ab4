"""Charts, tables and files of a norm: what the page shows and what may be saved."""

from __future__ import annotations

import csv
import json
from dataclasses import dataclass
from io import StringIO
from typing import Final

from django.utils.safestring import SafeString, mark_safe

from tongying.norms.axis import DAYS_PER_MONTH, DAYS_PER_YEAR, AxisKind
from tongying.norms.chart.fan import fan_svg
from tongying.norms.chart.png import png_of
from tongying.norms.chart.words import Language
from tongying.norms.norm import Norm
from tongying.norms.release.csv_table import csv_table
from tongying.norms.release.document import document_of
from tongying.norms.release.observation_definition import observation_definition
from tongying.norms.release.steps import edges
from tongying.norms.sex import Sex
from tongying.web.pages.norm_words import place_words
from tongying.web.pages.sentences import said
from tongying.web.pages.words import in_chinese

AGES_SHOWN: Final = (
    *(months * DAYS_PER_MONTH for months in (0, 1, 2, 3, 4, 6, 9, 12, 15, 18, 21)),
    *(years * DAYS_PER_YEAR for years in (2, 2.5, 3, 3.5, 4, 5, 6, 7, 8, 9, 10, 11, 12)),
    *(years * DAYS_PER_YEAR for years in (13, 14, 15, 16, 17, 18, 19, 20)),
)
"""Rows of the page's table; the CSV file has more."""
MOST_ROWS: Final = 24
COUNT: Final = "n near"
"""Column of the table that counts children."""


@dataclass(frozen=True, slots=True)
class Table:
    """The numbers of a norm for one sex.

    Attributes
    ----------
    head : tuple of str
    rows : tuple of (str, tuple of str, bool)
        Place on the axis, the numbers there, and whether the norm refuses there: too few near.
    says : str
        What the limits are, where they are printed ones.
    fewest : int or None
        Children near below which the norm refuses.
    """

    head: tuple[str, ...]
    rows: tuple[tuple[str, tuple[str, ...], bool], ...]
    says: str
    fewest: int | None

    @property
    def refuses(self) -> bool:
        """Whether the norm refuses somewhere in its range."""
        return any(row[2] for row in self.rows)


@dataclass(frozen=True, slots=True)
class File:
    """Something to be saved."""

    body: bytes
    media_type: str
    filename: str


def language() -> Language:
    """Return the language of charts for this reader."""
    return Language.CHINESE if in_chinese() else Language.ENGLISH


def chart_of(norm: Norm, sex: Sex | None) -> SafeString:
    """Return the chart of a norm as markup."""
    return mark_safe(fan_svg(norm, sex=sex, language=language()))  # noqa: S308 -- escaped there


def table_of(norm: Norm, sex: Sex | None) -> Table:
    """Return the numbers of a norm at places a reader would look for."""
    low, high = norm.form.range(sex)
    rows = _read(csv_table(norm, x=places_of(norm.axis, low, high)))
    head, *body = rows
    wanted = sex.value if sex else ""
    # The family's parameters follow the centiles; on the page they say little.
    shown = [
        number
        for number, name in enumerate(head)
        if name in {"low", "middle", "high", COUNT} or name.startswith("P")
    ]
    mine = [row for row in body if row[0] == wanted]
    shown = [number for number in shown if any(row[number] for row in mine)]
    near = head.index(COUNT)
    fewest = norm.uncertainty.fewest_near if norm.uncertainty else None
    decimals = _decimals([row[number] for row in mine for number in shown if head[number] != COUNT])
    limits = head.index("limits") if "limits" in head else None
    limits_say = sorted({row[limits] for row in mine if row[limits]}) if limits is not None else []
    return Table(
        head=tuple(head[number] for number in shown),
        rows=tuple(
            (
                place_words(norm.axis, float(row[1])),
                tuple(
                    row[number] if head[number] == COUNT else _written(row[number], decimals)
                    for number in shown
                ),
                fewest is not None and bool(row[near]) and int(row[near]) < fewest,
            )
            for row in mine
        ),
        says="; ".join(said(one) for one in limits_say),
        fewest=fewest,
    )


def places_of(axis: AxisKind, low: float, high: float) -> list[float]:
    """Return the places of the page's table: both ends, and round ones between them."""
    if axis in (AxisKind.AGE, AxisKind.CORRECTED_AGE):
        ends = {place_words(axis, low), place_words(axis, high)}
        inner = [float(one) for one in AGES_SHOWN if low < one < high]
        return sorted({low, *(x for x in inner if place_words(axis, x) not in ends), high})
    found = [float(one) for one in edges(axis, low, high)]
    step = -(-len(found) // MOST_ROWS)
    return sorted({*found[::step], found[-1]})


def file_of(norm: Norm, name: str, *, sex: Sex | None) -> File | None:
    """Return a file of a norm by its name; None where there is no such file.

    Parameters
    ----------
    norm : Norm
    name : str
        ``chart.svg``, ``chart.png``, ``table.csv``, ``document.json`` or ``fhir.json``.
    sex : Sex or None
        Whose chart.
    """
    stem = norm.id.replace("@", "-")
    suffix = f"-{sex.value}" if sex else ""
    match name:
        case "chart.svg":
            svg = fan_svg(norm, sex=sex, language=language())
            return File(svg.encode(), "image/svg+xml; charset=utf-8", f"{stem}{suffix}.svg")
        case "chart.png":
            svg = fan_svg(norm, sex=sex, language=language())
            return File(png_of(svg), "image/png", f"{stem}{suffix}.png")
        case "table.csv":
            return File(
                ("\ufeff" + csv_table(norm)).encode(), "text/csv; charset=utf-8", f"{stem}.csv"
            )
        case "document.json":
            return File(document_of(norm).encode(), "application/json", f"{stem}.json")
        case "fhir.json":
            text = json.dumps(observation_definition(norm), ensure_ascii=False, indent=1)
            return File(text.encode(), "application/fhir+json", f"{stem}-fhir.json")
    return None


def _read(text: str) -> list[list[str]]:
    lines = (line for line in text.splitlines() if not line.startswith("#"))
    return list(csv.reader(StringIO("\n".join(lines))))


def _decimals(cells: list[str]) -> int:
    """Return with how many decimals all numbers of a table are written: three digits or more."""
    largest = max((abs(float(cell)) for cell in cells if cell), default=0.0)
    return next((k for k, limit in enumerate((1000.0, 20.0, 2.0)) if largest >= limit), 3)


def _written(cell: str, decimals: int) -> str:
    return f"{float(cell):.{decimals}f}" if cell else ""
