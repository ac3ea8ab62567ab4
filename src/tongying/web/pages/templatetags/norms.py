"""What the templates of reference values say."""

from __future__ import annotations

from django import template

from tongying.norms.axis import AxisKind
from tongying.norms.method import MeasuringMethod
from tongying.norms.norm import Grade, Origin, Population, Route
from tongying.norms.sex import Sex
from tongying.web.norms.states import FitState, ReleaseState
from tongying.web.pages import norm_words as words

register = template.Library()


@register.filter
def unit(text: str) -> str:
    """Write a unit as it is printed."""
    return words.unit_word(text)


@register.filter
def axis_word(axis: AxisKind) -> str:
    """Return the word for an axis."""
    return str(words.AXIS_WORDS[axis])


@register.filter
def children_word(sex: Sex | None) -> str:
    """Return the word for girls, boys or both."""
    return str(words.SEX_WORDS[sex])


@register.filter
def route_word(route: Route | str) -> str:
    """Return the words for a route."""
    return str(words.ROUTE_WORDS[Route(route)])


@register.filter
def origin_word(origin: Origin) -> str:
    """Return the word for an origin."""
    return str(words.ORIGIN_WORDS[origin])


@register.filter
def grade_word(grade: Grade) -> str:
    """Return the words for how a published number was seen."""
    return str(words.GRADE_WORDS[grade])


@register.filter
def measure_word(measure: str) -> str:
    """Return a measure's name."""
    return words.measure_name(measure)


@register.filter
def population_word(population: Population) -> str:
    """Return a population's name."""
    return words.population_name(population)


@register.filter
def method_word(method: MeasuringMethod) -> str:
    """Say how values were measured."""
    return words.method_words(method)


@register.filter
def side_word(side: str) -> str:
    """Return the word for a side, or nothing."""
    return str(words.SIDE_WORDS.get(side, ""))


@register.filter
def fit_state_word(state: str) -> str:
    """Return the word for a fit's state."""
    return str(words.FIT_STATE_WORDS[FitState(state)])


@register.filter
def release_state_word(state: str) -> str:
    """Return the word for a release's state."""
    return str(words.RELEASE_STATE_WORDS[ReleaseState(state)])


@register.filter
def norm_tone(state: str) -> str:
    """Return the colour of a state's chip, or nothing."""
    return words.STATE_TONES.get(state, "")


@register.filter
def days_word(days: float) -> str:
    """Say an age in days in the unit a doctor would use."""
    return words.place_words(AxisKind.AGE, days)
