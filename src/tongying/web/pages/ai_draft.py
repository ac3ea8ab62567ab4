"""Lines for the opinion from what a reader accepted, and from the report drafts of rules."""

from __future__ import annotations

from collections.abc import Iterator

from django.template.defaultfilters import floatformat
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from tongying.web.ai.drafting import DraftLine
from tongying.web.ai.shown import (
    Missed,
    ShownFinding,
    ShownFlag,
    ShownRun,
    ShownValue,
    StudyResults,
)
from tongying.web.pages.ai_result_words import in_language, model_name, spread_words
from tongying.web.pages.measurement_words import (
    measured_words,
    name_of,
    opinion_sentence,
    side_word,
)
from tongying.web.pages.words import in_chinese

KEPT = ("accept", "edit")
"""Decisions with which an item goes into a draft."""


def draft_lines(results: StudyResults) -> list[DraftLine]:
    """Return the lines that a reader's decisions give, in the reader's language.

    What nobody accepted is not among them; what a rule drafted from earlier steps is.
    """
    return [line for run in results.runs if run.open for line in _of_run(run)]


def _of_run(run: ShownRun) -> Iterator[DraftLine]:
    for one in run.items():
        if one.review is not None and one.review.decision in KEPT:
            yield DraftLine("findings", _said(run, one), run.code)
    for missed in run.missed:
        yield DraftLine("findings", _added(run, missed), run.code)
    for part, text in run.texts:
        for line in in_language(text).splitlines():
            yield DraftLine(part, line, run.code)


def _said(run: ShownRun, one: ShownFinding | ShownFlag | ShownValue) -> str:
    edited = one.review.edited if one.review is not None else {}
    note = str(edited.get("text", ""))
    if isinstance(one, ShownValue):
        return _join(_value(one, edited.get("value")), note, _by(run))
    if isinstance(one, ShownFlag):
        return _join(in_language(one.said), note, _by(run))
    return _join(_finding(one, edited), note, _by(run))


def _finding(one: ShownFinding, edited: object) -> str:
    changes = edited if isinstance(edited, dict) else {}
    side = str(changes.get("side", one.side))
    name = in_language(one.words) or one.kind
    if side_word(side):
        name = f"{side_word(side)}{name}" if in_chinese() else f"{name}, {side_word(side)}"
    parts = [name]
    size = changes.get("diameter_mm", one.diameter_mm)
    if size is not None:
        parts.append(_("diameter %(size)s mm") % {"size": floatformat(size, 1)})
    if one.place.number is not None:
        parts.append(_("image %(number)s") % {"number": one.place.number})
    return _listed(parts)


def _value(one: ShownValue, changed: object) -> str:
    if isinstance(changed, int | float):
        said = {"name": name_of(one.shown), "value": f"{changed:.4g} {one.shown.unit}"}
        return _("%(name)s %(value)s, changed by the reader; no centile is given.") % said
    sentence = opinion_sentence(one.shown)
    spread = spread_words(one)
    return f"{sentence} {spread}" if spread else sentence or measured_words(one.shown)


def _added(run: ShownRun, missed: Missed) -> str:
    kind = in_language(run.badge.findings.get(missed.kind)) if missed.kind else ""
    parts = [part for part in (kind, side_word(missed.side), missed.text) if part]
    return _listed(parts)


def _listed(parts: list[str]) -> str:
    between = pgettext("between parts of a finding", ", ")
    return between.join(parts) + pgettext("end of sentence", ".")


def _by(run: ShownRun) -> str:
    return _("(AI: %(model)s)") % {"model": model_name(run)}


def _join(*parts: str) -> str:
    return " ".join(part for part in parts if part)
