"""What the templates of the ledger of normal children say."""

from __future__ import annotations

from django import template

from tongying.kernel.age import Age
from tongying.kernel.sheet import Column
from tongying.norms.axis import DAYS_PER_MONTH
from tongying.norms.ledger.faults import Fault
from tongying.norms.ledger.reading import Given, Kind, Tolerance
from tongying.norms.measure import Measure
from tongying.web.norms.ledger_showing import ShownEntry
from tongying.web.pages import ledger_words as words
from tongying.web.pages.norm_words import area_word, measure_name, unit_word
from tongying.web.pages.words import age_words

register = template.Library()


@register.filter
def entry_word(entry: ShownEntry) -> str:
    """Return the word for where a value stands."""
    return str(words.STATE_WORDS["withdrawn" if entry.withdrawn else entry.state])


@register.filter
def entry_tone(entry: ShownEntry) -> str:
    """Return the colour of a value's chip."""
    return words.STATE_TONES.get("withdrawn" if entry.withdrawn else entry.state, "")


@register.filter
def gate_word(quality: str) -> str:
    """Return the word for a judgement at the quality gate."""
    return str(words.QUALITY_WORDS[quality])


@register.filter
def gate_tone(quality: str) -> str:
    """Return the colour of a judgement's chip."""
    return words.QUALITY_TONES.get(quality, "")


@register.filter
def route_word(route: str) -> str:
    """Return the word for a route."""
    return str(words.ROUTE_WORDS[route])


@register.filter
def consent_word(consent: str) -> str:
    """Return the word for the ground on which values are used."""
    return str(words.CONSENT_WORDS[consent])


@register.filter
def band_word(band: str) -> str:
    """Return the word for a band of age."""
    return str(words.BAND_WORDS[band])


@register.filter
def measure_word(measure: Measure) -> str:
    """Return a measure's name."""
    return measure_name(measure)


@register.filter
def measure_area(area: str) -> str:
    """Return the word for a part of the body."""
    return area_word(area)


@register.filter
def what_word(entry: ShownEntry) -> str:
    """Return a measure's name with its side."""
    name = measure_name(entry.measure)
    return f"{name} ({words.SIDE_WORDS[entry.side]})" if entry.side else name


@register.filter
def unit_said(measure: Measure) -> str:
    """Return a measure's unit as it is printed."""
    return unit_word(measure.unit)


@register.filter
def number_said(value: float | None) -> str:
    """Write a number without needless digits."""
    return "" if value is None else f"{value:.6g}"


@register.filter
def days_age(days: float | None) -> str:
    """Say an age that is known in days."""
    if days is None:
        return age_words(None)
    return age_words(Age(int(days), int(days / DAYS_PER_MONTH)))


@register.filter
def gestation_said(days: int | None) -> str:
    """Write a gestation at birth as 38+2."""
    return "" if days is None else f"{days // 7}+{days % 7}"


@register.filter
def tolerance_said(tolerance: Tolerance, measure: Measure) -> str:
    """Write how far two readers may lie apart."""
    if tolerance.limit is not None:
        return f"{tolerance.limit:g} {unit_word(measure.unit)}".strip()
    return f"{tolerance.percent:g} %"


@register.filter
def ledger_fault(fault: Fault) -> str:
    """Say what is wrong, or doubtful, with a line."""
    return words.told_fault(fault)


@register.filter
def heading(column: Column) -> str:
    """Return a column's heading."""
    return words.column_words(column)


@register.filter
def decided(given: Given) -> bool:
    """Say whether a value is the third person's."""
    return given.kind is Kind.ADJUDICATOR
