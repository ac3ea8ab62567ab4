"""A table of children from a file to a norm's document: the fit of the command line.

Columns (in any order; names as here): ``subject``, ``site``, ``sex`` (F or M), ``value``, ``unit``
(left out: the measure's own), ``age_days`` or ``age_years``, and where the norm needs them
``gestation_weeks`` (at birth), ``gestational_age_weeks`` (of a fetus), ``height_cm``,
``weight_kg``.
"""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any, Final

from tongying import __version__
from tongying.kernel.errors import BadInput
from tongying.norms.axis import DAYS_PER_YEAR
from tongying.norms.fit.fitted import FittedNorm
from tongying.norms.fit.rows import FitRow, RowRefusal, RowsRefused
from tongying.norms.fit.run import fit_norm
from tongying.norms.fit.settings import FitSettings, settings_from
from tongying.norms.measure import UnitMismatch, in_unit, measure_of
from tongying.norms.release.document import digest, document_of
from tongying.norms.release.making import Band, Making, diagnostics_digest, entries_digest

NEEDED: Final = ("subject", "site", "sex", "value")
KNOWN: Final = frozenset(
    {
        *NEEDED,
        "unit",
        "age_days",
        "age_years",
        "gestation_weeks",
        "gestational_age_weeks",
        "height_cm",
        "weight_kg",
    }
)
FIRST_ROW: Final = 2
"""Row numbers are those of a spreadsheet: the first line holds the names."""
SHOWN: Final = 20


def fit_table(text: str, asked: dict[str, Any], out: Path) -> tuple[dict[str, Any], str]:
    """Fit a norm to a table, write its document, and return the answer and its words.

    Parameters
    ----------
    text : str
        CSV.
    asked : dict
        As `tongying.norms.fit.settings.settings_from` reads it.
    out : Path
        New file; not made where nothing came out.

    Raises
    ------
    BadInput
        If the table, its rows or the settings cannot be used, or no curve converges.
    """
    settings = settings_from(asked)
    rows, wrong = _rows(text, settings)
    if wrong and not settings.skip_refused:
        raise _refused(wrong, len(rows) + len(wrong))
    numbers = [number for number, _ in rows]
    try:
        fitted = fit_norm([row for _, row in rows], settings)
    except RowsRefused as refusal:
        found = [_numbered(one, numbers) for one in refusal.refusals]
        raise _refused(found, len(rows)) from None
    refused = [*wrong, *(_numbered(one, numbers) for one in fitted.refused)]
    answer: dict[str, Any] = fitted.as_json()
    answer["refused"] = refused
    answer["used"] = len(fitted.used)
    if fitted.norm is None:
        raise BadInput(
            f"{len(fitted.used)} usable rows are too few for a norm; the raw values stay yours.",
            code="norms.too-few-to-fit",
        )
    document = document_of(fitted.norm, _making(fitted, settings, [row for _, row in rows]))
    out.write_text(document, encoding="utf-8")
    answer["sha256"], answer["document"] = digest(document), str(out)
    return answer, _words(answer, fitted)


def _rows(
    text: str, settings: FitSettings
) -> tuple[list[tuple[int, FitRow]], list[dict[str, Any]]]:
    reader = csv.DictReader(io.StringIO(text, newline=""))
    names = [(name or "").strip() for name in reader.fieldnames or ()]
    missing = [name for name in NEEDED if name not in names]
    if missing:
        raise BadInput(
            f"The table has no column {missing[0]}; it needs {', '.join(NEEDED)} and an age.",
            code="norms.table-column",
        )
    strange = [name for name in names if name not in KNOWN]
    if strange:
        raise BadInput(
            f"The table's column {strange[0][:40]!r} is not known.", code="norms.table-column"
        )
    unit = measure_of(settings.measure).unit
    rows, wrong = [], []
    for number, line in enumerate(reader, start=FIRST_ROW):
        cells = {(key or "").strip(): (value or "") for key, value in line.items() if key}
        try:
            rows.append((number, _row(cells, unit, settings)))
        except BadInput as refusal:
            wrong.append({"row": number, "code": refusal.error_code, "sentence": refusal.sentence})
    return rows, wrong


def _row(cells: dict[str, str], unit: str, settings: FitSettings) -> FitRow:
    value = _number(cells, "value")
    if value is None:
        raise BadInput("The value is missing.", code="norms.row-value")
    given = cells.get("unit", "").strip()
    try:
        value = in_unit(value, given or unit, unit)
    except UnitMismatch as mismatch:
        raise BadInput(mismatch.sentence, code="norms.row-unit") from None
    days, years = _number(cells, "age_days"), _number(cells, "age_years")
    if days is not None and years is not None:
        raise BadInput("The age stands there in days and in years.", code="norms.row-age")
    weeks, fetal = _number(cells, "gestation_weeks"), _number(cells, "gestational_age_weeks")
    return FitRow(
        value=value,
        age_days=years * DAYS_PER_YEAR if years is not None else days,
        sex=cells.get("sex", ""),
        subject=cells.get("subject", "").strip(),
        site=cells.get("site", "").strip(),
        route=settings.route,
        gestation_days=round(weeks * 7) if weeks is not None else None,
        height_cm=_number(cells, "height_cm"),
        weight_kg=_number(cells, "weight_kg"),
        gestational_age_days=fetal * 7 if fetal is not None else None,
    )


def _number(cells: dict[str, str], name: str) -> float | None:
    text = cells.get(name, "").strip()
    if not text:
        return None
    try:
        return float(text)
    except ValueError:
        raise BadInput(f"{name} is {text[:20]!r}, no number.", code="norms.row-number") from None


def _numbered(one: RowRefusal, numbers: list[int]) -> dict[str, Any]:
    return {"row": numbers[one.index], "code": one.code, "sentence": one.sentence}


def _refused(wrong: list[dict[str, Any]], count: int) -> BadInput:
    said = "; ".join(f"row {one['row']}: {one['sentence']}" for one in wrong[:SHOWN])
    more = f"; and {len(wrong) - SHOWN} more" if len(wrong) > SHOWN else ""
    return BadInput(
        f"{len(wrong)} of {count} rows are wrong, and nothing was fitted: {said}{more}",
        code="norms.rows-refused",
    )


def _making(fitted: FittedNorm, settings: FitSettings, rows: list[FitRow]) -> Making:
    return Making(
        bands=tuple(
            Band(band.low, band.high, group.sex, band.children)
            for group in fitted.groups
            for band in group.bands
        ),
        code_version=__version__,
        settings=settings.as_json(),
        diagnostics_sha256=diagnostics_digest([one.as_json() for one in fitted.groups]),
        entries_sha256=entries_digest(
            f"{index}:{rows[index].site}:{rows[index].subject}" for index in fitted.used
        ),
    )


def _words(answer: dict[str, Any], fitted: FittedNorm) -> str:
    lines = [f"{answer['norm']} from {answer['used']} rows; {len(answer['refused'])} refused"]
    for group in fitted.groups:
        sex = group.sex.value if group.sex else "both sexes"
        made = f"{group.children} children, {group.tier.value}"
        if group.choice is not None:
            plan = group.choice.best.plan
            made += f", {plan.family} in age^{plan.power:g}"
        lines.append(f"  {sex}: {made}")
        if group.diagnostics is not None:
            lines += [f"    {one.sentence}" for one in group.diagnostics.findings]
        lines += [f"    {caveat.sentence}" for caveat in group.caveats]
    lines += [f"  row {one['row']}: {one['sentence']}" for one in answer["refused"][:SHOWN]]
    lines.append(f"  draft in {answer['document']}, signed by nobody; research use only.")
    return "\n".join(lines)
