"""Values measured on a fused pair, as a table to read and as text for the opinion."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy as _p

from tongying.imaging.joint_regions import JointRow, Measured
from tongying.imaging.joint_report import FusionFacts, ReportLanguage, joint_report
from tongying.imaging.partial_volume_words import BACKGROUND
from tongying.imaging.quality.estimate import Verdict
from tongying.imaging.registration.result import Method
from tongying.imaging.volume import Quantity
from tongying.kernel.caveat import Caveat
from tongying.web.fusion.shown import FusionView, ShownTable
from tongying.web.fusion.states import TableKind
from tongying.web.pages.sentences import said
from tongying.web.pages.words import in_chinese

MEASURES: Final[dict[str, Promise]] = {
    "max": _p("measure", "max"),
    "peak": _p("measure", "peak"),
    "mean": _p("measure", "mean"),
    "sd": _p("measure", "SD"),
    "median": _p("measure", "median"),
    "p10": _p("measure", "P10"),
    "p90": _p("measure", "P90"),
    "ratio": _p("measure", "ratio"),
}
NOTHING: Final = "—"


@dataclass(frozen=True, slots=True)
class SheetRow:
    """A line of a table; `note` says what is doubtful or refused in it."""

    cells: tuple[str, ...]
    note: str = ""


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table to read; `wide` if its last column holds words rather than a number."""

    head: tuple[str, ...] = ()
    rows: tuple[SheetRow, ...] = ()
    foot: str = ""
    wide: bool = False


def sheet_of(table: ShownTable) -> Sheet:
    """Return a finished table as it is read; empty while it is not finished."""
    if not table.result:
        return Sheet()
    rows: list[dict[str, Any]] = table.result.get("rows") or []
    unit = str(table.result.get("unit") or "")
    if table.kind is TableKind.JOINT:
        return _joint(rows)
    if table.kind is TableKind.PARTIAL_VOLUME:
        return _corrected(rows, unit, table.result)
    return _targets(rows, unit, table.result)


def table_text(view: FusionView, table: ShownTable) -> str:
    """Return a finished table as text of an opinion, in the reader's language; empty for none."""
    if not table.result or not table.result.get("rows"):
        return ""
    if table.kind is TableKind.JOINT:
        return _joint_text(view, table.result["rows"])
    sheet = sheet_of(table)
    lines = [
        _("; ").join([*_named(sheet.head, row.cells), *([row.note] if row.note else [])])
        for row in sheet.rows
    ]
    return "\n".join([*lines, *([sheet.foot] if sheet.foot else [])])


def _named(head: Sequence[str], cells: Sequence[str]) -> list[str]:
    pairs = zip(head, cells, strict=True)
    return [f"{name} {cell}" for name, cell in pairs if cell != NOTHING]


def _joint(rows: Sequence[dict[str, Any]]) -> Sheet:
    lines = [
        SheetRow(
            (
                str(row["region"]),
                _layer(row),
                _number(row["volume_ml"], "ml"),
                _number(row["short_axis_mm"], "mm"),
                " · ".join(_value(one) for one in row["values"]) or NOTHING,
            ),
            _notes(row),
        )
        for row in rows
    ]
    head = (_("Region"), _("Image"), _("Volume"), _("Short axis"), _("Values"))
    return Sheet(head, tuple(lines), wide=True)


def _layer(row: dict[str, Any]) -> str:
    """Return the image's name, and for emission images in which value it was measured."""
    quantity = Quantity(row["quantity"])
    if quantity in (Quantity.SIGNAL, Quantity.HU, Quantity.UNKNOWN):
        return str(row["layer"])
    return f"{row['layer']} {quantity.value}"


def _corrected(rows: Sequence[dict[str, Any]], unit: str, result: dict[str, Any]) -> Sheet:
    lines = [
        SheetRow(
            (
                _("background") if row["name"] == BACKGROUND else str(row["name"]),
                *(_number(row[name]) for name in ("before", "yang", "gtm", "rbv")),
                f"{_number(row['gtm_if_sharper'])} / {_number(row['gtm_if_blurrier'])}",
                f"{100 * row['recovery']:.0f} %",
            ),
            _joined([said(row["meaning"]["sentence"]), *_sentences(row["caveats"])]),
        )
        for row in rows
    ]
    head = (
        _("Region"),
        _("Before, %(unit)s") % {"unit": unit},
        _("After (iterative Yang)"),
        "GTM",
        "RBV",
        _("GTM if FWHM ∓10 %"),
        _("Recovery"),
    )
    widths = "×".join(f"{one:g}" for one in result.get("fwhm_mm") or ())
    return Sheet(head, tuple(lines), _("FWHM as stated: %(widths)s mm") % {"widths": widths})


def _targets(rows: Sequence[dict[str, Any]], unit: str, result: dict[str, Any]) -> Sheet:
    # What is true of every target is said once, below.
    shared = [one for one in rows[0]["caveats"] if all(one in row["caveats"] for row in rows)]
    rows = [row | {"caveats": [c for c in row["caveats"] if c not in shared]} for row in rows]
    lines = [
        SheetRow(
            (
                str(row["number"]),
                _number(row["maximum"]),
                _number(row["volume_ml"], "ml"),
                _number(row["short_axis_mm"], "mm"),
                _number(row["carried_ml"], "ml"),
            ),
            _notes(row),
        )
        for row in rows
    ]
    head = (
        _("Target"),
        _("Maximum, %(unit)s") % {"unit": unit},
        _("Volume by uptake"),
        _("Short axis"),
        _("Volume on the anatomy"),
    )
    foot = _joined(
        [
            _("Threshold: %(name)s") % {"name": result.get("threshold") or NOTHING},
            *_sentences(shared),
        ]
    )
    return Sheet(head, tuple(lines), foot)


def _joint_text(view: FusionView, rows: Sequence[dict[str, Any]]) -> str:
    one = view.listed
    facts: tuple[FusionFacts, ...] = ()
    if one.error_mm is not None and one.verdict:
        facts = (
            FusionFacts(
                fixed=one.fixed.modality,
                moving=one.moving.modality,
                method=Method(one.method),
                verdict=Verdict(one.verdict),
                estimated_error_mm=one.error_mm,
            ),
        )
    language = ReportLanguage.CHINESE if in_chinese() else ReportLanguage.ENGLISH
    return joint_report([_row(row) for row in rows], facts, language=language, said=said)


def _row(row: dict[str, Any]) -> JointRow:
    return JointRow(
        **row
        | {
            "quantity": Quantity(row["quantity"]),
            "values": tuple(Measured(**one) for one in row["values"]),
            "refused": Caveat(**row["refused"]) if row["refused"] else None,
            "caveats": tuple(Caveat(**one) for one in row["caveats"]),
        }
    )


def _value(one: dict[str, Any]) -> str:
    name = str(one["name"])
    if name.startswith("active-volume-"):
        label = _("volume ≥ %(threshold)s") % {"threshold": name.removeprefix("active-volume-")}
    elif name.startswith("active-total-"):
        label = _("total ≥ %(threshold)s") % {"threshold": name.removeprefix("active-total-")}
    else:
        label = str(MEASURES.get(name, name))
    return f"{label} {_number(one['value'], one['unit'])}"


def _notes(row: dict[str, Any]) -> str:
    refused = [row["refused"]] if row.get("refused") else []
    return _joined(_sentences([*refused, *row.get("caveats", ())]))


def _joined(sentences: Sequence[str]) -> str:
    """Return sentences in one line, with one stop between two."""
    return _("; ").join(one.rstrip("。.") for one in sentences)


def _sentences(caveats: Sequence[dict[str, str]]) -> list[str]:
    return [said(one["sentence"]) for one in caveats]


def _number(value: float | None, unit: str = "") -> str:
    return NOTHING if value is None else f"{value:.3g} {unit}".strip()
