"""What the page of a fusion needs besides the fusion itself."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from tongying.imaging.uptake import ThresholdKind
from tongying.web.fusion.shown import FusionView
from tongying.web.fusion.states import OPEN, TableKind
from tongying.web.fusion.store import TableWish
from tongying.web.fusion.tables import (
    NEEDS_FWHM,
    NEEDS_SEGMENT,
    NEEDS_THRESHOLD,
)
from tongying.web.pages.fusion_sheets import sheet_of, table_text
from tongying.web.pages.fusion_words import (
    JACOBIAN,
    QUALITY,
    TABLE_HELP,
    TABLE_WORDS,
    THRESHOLD_WORDS,
    picture_word,
)

PERCENT: Final = "%"
AXES: Final = ("x", "y", "z")


@dataclass(frozen=True, slots=True)
class Figure:
    """A line of the table of quality; `values` for the result and, beside it, the rigid one."""

    label: str
    values: tuple[str, ...]
    meaning: str


@dataclass(frozen=True, slots=True)
class Slide:
    """A picture to choose."""

    name: str
    label: str


@dataclass(frozen=True, slots=True)
class Slides:
    """Pictures of one kind."""

    key: str
    label: str
    slides: tuple[Slide, ...]


@dataclass(frozen=True, slots=True)
class TableForm:
    """A computation that may be asked for, as a form."""

    kind: TableKind
    label: Any
    help: Any
    segment: bool
    segment_needed: bool
    fwhm: bool
    threshold: bool
    threshold_needed: bool
    reference: bool
    typed: TableWish
    error: str = ""
    error_field: str = ""


def fusion_context(
    view: FusionView, *, typed: TableWish | None = None, error: str = "", error_field: str = ""
) -> dict[str, Any]:
    """Return the context of a fusion's page.

    Parameters
    ----------
    view : FusionView
    typed : TableWish, optional
        What was asked to be computed, where it comes back with a fault.
    error : str
        The fault.
    error_field : str
        Which field it is about.
    """
    result = view.result or {}
    rigid = result.get("rigid")
    columns = [result, rigid] if rigid else [result]
    return {
        "place": "studies",
        "view": view,
        "one": view.listed,
        "waits": view.listed.state in OPEN,
        "result": result,
        "rigid": rigid,
        "columns": columns,
        "figures": figures(columns) if view.result else (),
        "matrices": [
            (one.get("method", ""), [[f"{x:.4f}" for x in row] for row in one.get("matrix") or ()])
            for one in columns
        ],
        "slides": slides(view.pictures),
        "tables": [(one, sheet_of(one), table_text(view, one)) for one in view.tables],
        "tables_wait": any(one.finished_at is None and not one.failure for one in view.tables),
        "forms": _forms(typed, error, error_field) if view.may_measure else (),
        "thresholds": [(one.value, THRESHOLD_WORDS[one]) for one in ThresholdKind],
    }


def figures(columns: Iterable[dict[str, Any]]) -> tuple[Figure, ...]:
    """Return the lines of the table of quality; what nobody measured is left out."""
    qualities = [one.get("quality") or {} for one in columns]
    jacobians = [one.get("jacobian") or {} for one in qualities]
    lines = []
    for table, sources in ((QUALITY, qualities), (JACOBIAN, jacobians)):
        for name, label, unit, meaning in table:
            if any(source.get(name) is not None for source in sources):
                values = tuple(_said(source.get(name), unit) for source in sources)
                lines.append(Figure(str(label), values, str(meaning)))
    return tuple(lines)


def slides(pictures: Iterable[str]) -> tuple[Slides, ...]:
    """Group pictures by what they show: ``checkerboard-axial-2.png`` with its neighbours."""
    groups: dict[str, list[str]] = {}
    for name in pictures:
        parts = name.removesuffix(".png").split("-")
        groups.setdefault(parts[0] + ("-deformable" if "deformable" in parts else ""), []).append(
            name
        )
    return tuple(
        Slides(
            key,
            picture_word(key),
            tuple(Slide(name, _short(name, key)) for name in names),
        )
        for key, names in groups.items()
    )


def _short(name: str, key: str) -> str:
    """Return a picture's word without what its group says already."""
    dropped = set(key.split("-"))
    parts = [one for one in name.removesuffix(".png").split("-") if one not in dropped]
    return picture_word("-".join(parts)) if parts else picture_word(key)


def _said(value: Any, unit: str) -> str:
    if value is None:
        return "—"
    if unit == PERCENT:
        return f"{100 * value:.1f} %"
    text = str(value) if isinstance(value, int) else f"{value:.2f}"
    return f"{text} {unit}".strip()


def _forms(typed: TableWish | None, error: str, error_field: str) -> tuple[TableForm, ...]:
    forms = []
    for kind in TableKind:
        again = typed is not None and typed.kind == kind.value
        forms.append(
            TableForm(
                kind=kind,
                label=TABLE_WORDS[kind],
                help=TABLE_HELP[kind],
                segment=True,
                segment_needed=kind in NEEDS_SEGMENT,
                fwhm=kind in NEEDS_FWHM,
                threshold=kind in NEEDS_THRESHOLD,
                reference=kind is TableKind.JOINT,
                threshold_needed=kind in NEEDS_THRESHOLD,
                typed=typed if again and typed is not None else TableWish(kind.value),
                error=error if again else "",
                error_field=error_field if again else "",
            )
        )
    return tuple(forms)
