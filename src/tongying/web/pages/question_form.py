"""The question as it is typed: text in, a question and the faults beside their fields out."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import date
from typing import Any, Final

from django.utils import timezone
from django.utils.translation import gettext as _

from tongying.consult.case import Confidence, Question, Urgency
from tongying.consult.specialty import Specialty
from tongying.web.pages.sentences import said
from tongying.web.pages.typed import decimal

FIELDS: Final = tuple(field.name for field in fields(Question))

_TOGETHER: Final[dict[str, tuple[str, ...]]] = {
    "measured_on": ("measured_on", "weight_kg", "height_cm"),
    "weight_kg": ("measured_on", "weight_kg", "height_cm"),
    "height_cm": ("measured_on", "weight_kg", "height_cm"),
    "gestation_days": ("gestation_weeks", "gestation_days"),
    "gestation_weeks": ("gestation_weeks", "gestation_days"),
}
"""Fields that are kept or not kept together: a weight without its day is not a weight."""


@dataclass(frozen=True, slots=True)
class Typed:
    """What was typed, and what came of it.

    Attributes
    ----------
    values : dict of str to str
        By field name, exactly as typed.
    question : Question
        What can be kept: a field that is at fault keeps what was stored before.
    errors : dict of str to str
        By field name, one sentence in the reader's language.
    missing : dict of str to str
        What else is needed before the question can be sent.
    """

    values: dict[str, str]
    question: Question
    errors: dict[str, str]
    missing: dict[str, str]


def typed(posted: Mapping[str, Any], stored: Question) -> Typed:
    """Read a posted form."""
    values = {name: str(posted.get(name, "")).strip() for name in FIELDS}
    errors: dict[str, str] = {}
    question = Question(
        text=values["text"],
        provisional_diagnosis=values["provisional_diagnosis"],
        confidence=Confidence(values["confidence"])
        if values["confidence"] in _CONFIDENCE
        else None,
        urgency=Urgency(values["urgency"]) if values["urgency"] in _URGENCY else None,
        history=values["history"],
        weight_kg=_number(values["weight_kg"], "weight_kg", errors),
        height_cm=_number(values["height_cm"], "height_cm", errors),
        measured_on=_day(values["measured_on"], errors),
        gestation_weeks=_whole(values["gestation_weeks"], "gestation_weeks", errors),
        gestation_days=_whole(values["gestation_days"], "gestation_days", errors),
        specialty=Specialty(values["specialty"]) if values["specialty"] in _SPECIALTY else None,
    )
    for name, sentence in question.implausible().items():
        errors.setdefault(name, said(sentence))
    kept = question
    for name in errors:
        kept = replace(kept, **{one: getattr(stored, one) for one in _TOGETHER.get(name, (name,))})
    missing = {
        name: said(sentence) for name, sentence in question.faults().items() if name not in errors
    }
    return Typed(values, kept, errors, missing)


def written(question: Question) -> dict[str, str]:
    """Return a stored question as the texts of the form's fields."""
    return {name: _text(getattr(question, name)) for name in FIELDS}


_CONFIDENCE = frozenset(one.value for one in Confidence)
_URGENCY = frozenset(one.value for one in Urgency)
_SPECIALTY = frozenset(one.value for one in Specialty)


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{value:g}"
    return str(value)


def _number(text: str, name: str, errors: dict[str, str]) -> float | None:
    if not text:
        return None
    value = decimal(text.replace("。", "."))
    if value is None or math.isnan(value) or value < 0 or len(text) > 8:
        errors[name] = _("Write a number, such as 11.4.")
        return None
    return value


def _whole(text: str, name: str, errors: dict[str, str]) -> int | None:
    if not text:
        return None
    if not text.isdecimal() or len(text) > 3:
        errors[name] = _("Write a whole number.")
        return None
    return int(text)


def _day(text: str, errors: dict[str, str]) -> date | None:
    if not text:
        return None
    try:
        day = date.fromisoformat(text)
    except ValueError:
        errors["measured_on"] = _("Write the day as 2026-03-01.")
        return None
    if day > timezone.localdate():
        errors["measured_on"] = _("This day has not come yet.")
        return None
    return day
