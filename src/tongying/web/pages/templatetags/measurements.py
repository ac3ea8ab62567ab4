"""What the templates of measurements say."""

from __future__ import annotations

from django import template
from django.utils.safestring import SafeString, mark_safe

from tongying.kernel.caveat import Caveat
from tongying.norms.chart.strip import strip_svg
from tongying.norms.chart.words import Language
from tongying.norms.method import MeasuringMethod
from tongying.norms.norm import Norm
from tongying.norms.score.result import Score
from tongying.norms.score.velocity import Change
from tongying.web.measurements.shown import Shown
from tongying.web.pages import measurement_words as words
from tongying.web.pages.sentences import said
from tongying.web.pages.words import in_chinese

register = template.Library()

_TAGGED = frozenset({"norms.foreign", "norms.unsigned"})
"""Caveats that stand as chips beside the norm."""


@register.filter
def centile_strip(score: Score | None) -> SafeString:
    """Draw a score; nothing where there is none, or the norm prints an expected value only."""
    if score is None or (score.z is None and score.low is None and score.high is None):
        return SafeString("")
    language = Language.CHINESE if in_chinese() else Language.ENGLISH
    # Made by our own drawing code, which escapes every text in it.
    return mark_safe(strip_svg(score, language=language))  # noqa: S308


@register.filter
def drawn(chart: str) -> SafeString:
    """Put a chart of ours into the page as it is."""
    # Made by our own drawing code, which escapes every text in it.
    return mark_safe(chart)  # noqa: S308


@register.filter
def measured_name(shown: Shown) -> str:
    """Return what was measured, with its side."""
    return words.name_of(shown)


@register.filter
def measured_value(shown: Shown) -> str:
    """Return the value with its unit: as typed, or as precise as marks on an image are."""
    return words.measured_words(shown)


@register.filter
def centile_said(score: Score) -> str:
    """Return the centile with its interval."""
    return words.centile_words(score)


@register.filter
def z_said(score: Score) -> str:
    """Return the z score with its sign, or nothing."""
    return words.z_words(score)


@register.filter
def limits_said(score: Score) -> str:
    """Return the norm's limits with the unit."""
    return words.limits_words(score)


@register.filter
def population_said(shown: Shown) -> str:
    """Return the population a value was held against."""
    return "" if shown.score is None else words.population_words(shown.norm, shown.score)


@register.filter
def norm_said(norm: Norm) -> str:
    """Return a norm in one line, to be chosen from."""
    population = norm.population.chinese if in_chinese() else norm.population.english
    method = "" if norm.method == MeasuringMethod() else f" · {norm.method.says()}"
    return f"{population} · {norm.id}{method}"


@register.filter
def doubts_said(score: Score) -> list[str]:
    """Return the caveats in words, without those that stand as chips."""
    kept: tuple[Caveat, ...] = score.caveats
    return [said(one.sentence) for one in kept if one.code not in _TAGGED]


@register.filter
def change_said(change: Change) -> str:
    """Return how much a value changed, and how much in a year."""
    return words.change_words(change)
