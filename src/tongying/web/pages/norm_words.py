"""Words of reference values: areas, axes, populations, distributions, states, ages on an axis."""

from __future__ import annotations

from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.utils.translation import pgettext_lazy as _p

from tongying.norms.axis import DAYS_PER_MONTH, DAYS_PER_YEAR, AxisKind
from tongying.norms.fit.settings import Sexes
from tongying.norms.measure import Measure, measures
from tongying.norms.method import MeasuringMethod
from tongying.norms.norm import Grade, Norm, Origin, Population, Route
from tongying.norms.sex import Sex
from tongying.web.norms.states import FitState, ReleaseState
from tongying.web.pages.words import in_chinese

AREA_WORDS: Final[dict[str, Promise]] = {
    "growth": _p("area", "growth"),
    "blood pressure": _p("area", "blood pressure"),
    "brain": _p("area", "brain"),
    "fetal brain": _p("area", "fetal brain"),
    "fetal": _p("area", "fetus"),
    "posterior fossa": _p("area", "posterior fossa"),
    "pituitary": _p("area", "pituitary"),
    "heart": _p("area", "heart"),
    "vessels": _p("area", "vessels"),
    "chest": _p("area", "chest"),
    "thymus": _p("area", "thymus"),
    "liver": _p("area", "liver"),
    "spleen": _p("area", "spleen"),
    "kidney": _p("area", "kidney"),
    "bowel and bile ducts": _p("area", "bowel and bile ducts"),
    "hip": _p("area", "hip"),
    "bone": _p("area", "bone"),
    "tumour": _p("area", "tumour"),
    "thyroid": _p("area", "thyroid"),
    "spine": _p("area", "spine"),
    "limb": _p("area", "limbs"),
}

AXIS_WORDS: Final[dict[AxisKind, Promise]] = {
    AxisKind.AGE: _p("axis", "age"),
    AxisKind.CORRECTED_AGE: _p("axis", "corrected age"),
    AxisKind.GESTATIONAL_AGE: _p("axis", "gestational age"),
    AxisKind.POSTMENSTRUAL_AGE: _p("axis", "postmenstrual age"),
    AxisKind.HEIGHT: _p("axis", "height"),
    AxisKind.BODY_SURFACE: _p("axis", "body surface area"),
    AxisKind.NONE: _p("axis", "all ages"),
}

FAMILY_WORDS: Final[dict[str, Promise]] = {
    "normal": _p("distribution", "normal"),
    "bccg": _p("distribution", "LMS (Box–Cox Cole–Green)"),
    "bct": _p("distribution", "Box–Cox t"),
    "shash": _p("distribution", "sinh–arcsinh"),
}

ROUTE_WORDS: Final[dict[Route, Promise]] = {
    Route.DIRECT: _p("route", "direct: healthy volunteers"),
    Route.INDIRECT: _p("route", "indirect: routine examinations"),
    Route.NOT_STATED: _p("route", "not stated"),
}

ORIGIN_WORDS: Final[dict[Origin, Promise]] = {
    Origin.PUBLISHED: _p("origin", "published"),
    Origin.RELEASED: _p("origin", "released here"),
}

GRADE_WORDS: Final[dict[Grade, Promise]] = {
    Grade.PRIMARY: _p("grade", "A: read in the authors' own table or code"),
    Grade.READ: _p("grade", "B: read in a published table or abstract"),
    Grade.SECONDARY: _p("grade", "C: read on another page, not checked against the paper"),
}

FIT_STATE_WORDS: Final[dict[FitState, Promise]] = {
    FitState.WAITING: _p("fit", "waiting"),
    FitState.RUNNING: _p("fit", "running"),
    FitState.DONE: _p("fit", "done"),
    FitState.FAILED: _p("fit", "failed"),
}

RELEASE_STATE_WORDS: Final[dict[ReleaseState, Promise]] = {
    ReleaseState.DRAFT: _p("release", "draft"),
    ReleaseState.PUBLISHED: _p("release", "in force"),
    ReleaseState.CLOSED: _p("release", "closed"),
}

STATE_TONES: Final[dict[str, str]] = {
    "running": "blue",
    "done": "green",
    "failed": "red",
    "draft": "amber",
    "published": "green",
}
"""Colour of a chip; the word always stands in it."""

SEXES_WORDS: Final[dict[Sexes, Promise]] = {
    Sexes.APART: _p("sexes", "girls and boys apart"),
    Sexes.TOGETHER: _p("sexes", "together"),
    Sexes.BY_TEST: _p("sexes", "apart where a test says so (Harris and Boyd)"),
}

SEX_WORDS: Final[dict[Sex | None, Promise]] = {
    Sex.FEMALE: _p("children", "girls"),
    Sex.MALE: _p("children", "boys"),
    None: _p("children", "both sexes"),
}

MOMENT_WORDS: Final = (
    _p("moment", "median"),
    _p("moment", "spread"),
    _p("moment", "skewness"),
    _p("moment", "tails"),
)

SIDE_WORDS: Final[dict[str, Promise]] = {"L": _p("side", "left"), "R": _p("side", "right")}


def area_word(area: str) -> str:
    """Return the word for an area of measures."""
    return str(AREA_WORDS.get(area, area))


def measure_name(measure: str | Measure) -> str:
    """Return the name of a measure in the reader's language; its id where it is not known."""
    one = measure if isinstance(measure, Measure) else measures().get(measure)
    if one is None:
        return str(measure)
    return one.chinese if in_chinese() else one.english


def population_name(population: Population) -> str:
    """Return the name of a population in the reader's language."""
    return population.chinese if in_chinese() else population.english


def method_words(method: MeasuringMethod) -> str:
    """Say how values were measured, or that nobody said."""
    return method.says() if method != MeasuringMethod() else pgettext("method", "not stated")


def unit_word(unit: str) -> str:
    """Return a unit as it is printed.

    Examples
    --------
    >>> unit_word("cm3"), unit_word("deg"), unit_word("1")
    ('cm³', '°', '')
    """
    printed = {"cm3": "cm³", "mm3": "mm³", "deg": "°", "m2": "m²", "kg/m2": "kg/m²", "1": ""}
    return printed.get(unit, unit.replace("m2", "m²"))


def place_words(axis: AxisKind, x: float) -> str:
    """Say a place on an axis: an age in the unit a doctor would use, weeks, cm, m²."""
    match axis:
        case AxisKind.AGE | AxisKind.CORRECTED_AGE:
            return _age(x)
        case AxisKind.GESTATIONAL_AGE | AxisKind.POSTMENSTRUAL_AGE:
            return _("%(number)s wk") % {"number": f"{x:.4g}"}
        case AxisKind.HEIGHT:
            return f"{x:.4g} cm"
        case AxisKind.BODY_SURFACE:
            return f"{x:.3g} m²"
        case AxisKind.NONE:
            return ""


def range_words(norm: Norm) -> str:
    """Say the range of a norm on its axis."""
    if norm.axis is AxisKind.NONE:
        return str(AXIS_WORDS[norm.axis])
    low, high = norm.form.range(None)
    return f"{place_words(norm.axis, low)} – {place_words(norm.axis, high)}"


def _age(days: float) -> str:
    if days < 30:
        return _("%(number)s d") % {"number": f"{days:.0f}"}
    if days < 2 * DAYS_PER_YEAR - 1:
        return _("%(number)s mo") % {"number": f"{round(days / DAYS_PER_MONTH, 1):g}"}
    return _("%(number)s y") % {"number": f"{round(days / DAYS_PER_YEAR, 1):g}"}
