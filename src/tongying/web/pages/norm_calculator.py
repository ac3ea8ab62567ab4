"""The small calculator on a norm's page: a value and what is known of the child, to a score."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, ClassVar, Final

from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy as _p

from tongying.kernel.errors import BadInput
from tongying.norms.axis import DAYS_PER_MONTH, DAYS_PER_YEAR, AxisKind
from tongying.norms.norm import Norm
from tongying.norms.score.result import ChildFacts, Measured, Score
from tongying.norms.score.score import score
from tongying.norms.sex import Sex
from tongying.web.pages.norm_words import place_words, unit_word
from tongying.web.pages.sentences import refusal_sentence
from tongying.web.pages.typed import decimal, gestation_days

AGE_UNITS: Final = {
    "y": (_p("age unit", "years"), DAYS_PER_YEAR),
    "mo": (_p("age unit", "months"), DAYS_PER_MONTH),
    "d": (_p("age unit", "days"), 1.0),
}
LONGEST: Final = 12


class NumberRefused(BadInput):
    """What was typed where a number belongs is none."""

    code: ClassVar[str] = "norms.calculator-number"


@dataclass(frozen=True, slots=True)
class CalculatorForm:
    """Which fields the calculator shows, and what was typed into them.

    Attributes
    ----------
    typed : dict
    sex, age, gestation, gestational_age, postmenstrual, height, weight : bool
        Whether the norm needs it.
    sites : tuple of str
        Hospitals that it speaks at; empty where it does not differ between them.
    age_units : list of (str, str)
    unit : str
    """

    typed: dict[str, str]
    sex: bool
    age: bool
    gestation: bool
    gestational_age: bool
    height: bool
    weight: bool
    sites: tuple[str, ...]
    age_units: list[tuple[str, str]]
    unit: str


def form_of(norm: Norm, posted: Mapping[str, Any] | None) -> CalculatorForm:
    """Return the fields that a norm needs."""
    axis = norm.axis
    born = axis in (AxisKind.AGE, AxisKind.CORRECTED_AGE, AxisKind.POSTMENSTRUAL_AGE)
    sites = norm.sites.by_sex.values() if norm.sites else ()
    return CalculatorForm(
        typed={name: str(value)[:40] for name, value in (posted or {}).items()},
        sex=norm.form.by_sex(),
        age=born,
        gestation=axis in (AxisKind.CORRECTED_AGE, AxisKind.POSTMENSTRUAL_AGE),
        gestational_age=axis is AxisKind.GESTATIONAL_AGE,
        height=axis in (AxisKind.HEIGHT, AxisKind.BODY_SURFACE),
        weight=axis is AxisKind.BODY_SURFACE,
        sites=tuple(sorted({code for one in sites for code in one})),
        age_units=[(name, str(word)) for name, (word, _days) in AGE_UNITS.items()],
        unit=unit_word(norm.unit),
    )


def calculate(norm: Norm, posted: Mapping[str, Any]) -> dict[str, Any]:
    """Return the answer for the page: ``score`` with its words, or ``refusal`` as a sentence."""
    try:
        value = _number(posted, "value", _("Value"))
        if value is None:
            raise NumberRefused(_("Type a value."))
        measured = Measured(norm.measure, value, norm.unit, site=posted.get("site") or None)
        born, on = _day(posted, "born"), _day(posted, "on")
        found = score(measured, _child(posted, born), on, {norm.id: norm}, norm=norm.id)
    except BadInput as refusal:
        return {"refusal": refusal_sentence(refusal), "refusal_code": refusal.error_code}
    return {"score": found, "answer": _words(norm, found)}


def _child(posted: Mapping[str, Any], born: date | None) -> ChildFacts:
    age = _number(posted, "age", _("Age"))
    unit = AGE_UNITS.get(str(posted.get("age_unit", "")))
    if age is not None and unit is None:
        raise NumberRefused(_("Say whether the age is in days, weeks, months or years."))
    fetal = ("fetal_weeks", "fetal_days")
    sex = posted.get("sex", "")
    return ChildFacts(
        born=born,
        sex=Sex(sex) if sex in {one.value for one in Sex} else None,
        gestation_days=_gestation(posted, ("ga_weeks", "ga_days"), _("Gestation")),
        gestational_age_days=_gestation(posted, fetal, _("Gestational age")),
        height_cm=_number(posted, "height", _("Height")),
        weight_kg=_number(posted, "weight", _("Weight")),
        age_days=None if age is None or unit is None else age * unit[1],
    )


def _words(norm: Norm, found: Score) -> dict[str, str]:
    return {
        "place": place_words(norm.axis, found.x),
        "z": _signed(found.z),
        "z_interval": _span(found.z_interval, _signed),
        "centile": _centile(found.centile),
        "centile_interval": _span(found.centile_interval, _centile),
        "expected": _short(found.expected),
        "low": _short(found.low),
        "high": _short(found.high),
        "between": _span(found.between, lambda one: f"P{one:g}"),
    }


def _span(pair: tuple[float, float] | None, said: Any) -> str:
    return "" if pair is None else f"{said(pair[0])} – {said(pair[1])}"


def _signed(value: float | None) -> str:
    return "" if value is None else f"{value:+.2f}"


def _centile(value: float | None) -> str:
    """Write a centile, 0 to 100, without claiming more digits than there are."""
    if value is None:
        return ""
    if value < 0.1:
        return "< 0.1"
    if value > 99.9:
        return "> 99.9"
    return f"{value:.1f}" if value < 3 or value > 97 else f"{value:.0f}"


def _short(value: float | None) -> str:
    return "" if value is None else f"{value:.4g}"


def _number(posted: Mapping[str, Any], name: str, label: str) -> float | None:
    value = decimal(str(posted.get(name, ""))[:LONGEST])
    if value is not None and math.isnan(value):
        raise NumberRefused(_("“%(label)s” must be a number.") % {"label": label})
    return value


def _gestation(posted: Mapping[str, Any], names: tuple[str, str], label: str) -> int | None:
    days = gestation_days(*(str(posted.get(name, ""))[:LONGEST] for name in names))
    if days is not None and days < 0:
        raise NumberRefused(_("“%(label)s” must be a number.") % {"label": label})
    return days


def _day(posted: Mapping[str, Any], name: str) -> date | None:
    text = str(posted.get(name, "")).strip()
    try:
        return parse_date(text) if text else None
    except ValueError:
        raise NumberRefused(_("Write a day as 2026-03-01.")) from None
