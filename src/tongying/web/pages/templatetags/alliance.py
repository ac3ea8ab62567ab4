"""What the alliance's templates say."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import template

from tongying.consult.agreement import SubAlliance, Tier
from tongying.consult.alliance import Week
from tongying.consult.alliance_faults import Fault
from tongying.consult.alliance_import.columns import Kind
from tongying.consult.alliance_import.hours import hours_text
from tongying.consult.alliance_import.outcome import Outcome
from tongying.consult.roster import Duty
from tongying.consult.specialty import Specialty
from tongying.kernel.sheet import Column
from tongying.web.alliance.directory import Validity
from tongying.web.alliance.week import Block
from tongying.web.pages import alliance_words as words
from tongying.web.pages.words import SPECIALTY_WORDS, in_chinese

register = template.Library()


@register.filter
def tier_word(tier: Tier | str | None) -> str:
    """Return the word for a tier, or nothing."""
    return str(words.TIER_WORDS[Tier(tier)]) if tier else ""


@register.filter
def part_word(part: SubAlliance | str) -> str:
    """Return the word for a sub-alliance."""
    return str(words.SUB_ALLIANCE_WORDS[SubAlliance(part)])


@register.filter
def specialty_word(one: Specialty | str) -> str:
    """Return the word for a field."""
    return str(SPECIALTY_WORDS[Specialty(one)])


@register.filter
def duty_word(duty: Duty | str) -> str:
    """Return the word for how a shift is served."""
    return str(words.DUTY_WORDS[Duty(duty)])


@register.filter
def validity_word(state: Validity) -> str:
    """Return the word for how something with a last day stands."""
    return str(words.VALIDITY_WORDS[state])


@register.filter
def validity_tone(state: Validity) -> str:
    """Return the colour of a validity's chip."""
    return words.VALIDITY_TONES.get(state, "")


@register.filter
def outcome_word(outcome: Outcome) -> str:
    """Return the word for what a row does."""
    return str(words.OUTCOME_WORDS[outcome])


@register.filter
def outcome_tone(outcome: Outcome) -> str:
    """Return the colour of an outcome's chip."""
    return words.OUTCOME_TONES.get(outcome, "")


@register.filter
def kind_word(kind: Kind) -> str:
    """Return the word for a kind of list."""
    return str(words.KIND_WORDS[kind])


@register.filter
def kind_help(kind: Kind) -> str:
    """Say what a kind of list holds."""
    return str(words.KIND_HELP[kind])


@register.filter
def heading(column: Column) -> str:
    """Return a column's heading."""
    return words.heading(column)


@register.filter
def fault_words(fault: Fault) -> str:
    """Say what is wrong with a row."""
    return words.told_fault(fault)


@register.filter
def own_name(one: Any) -> str:
    """Return a hospital's name in the reader's language."""
    return str(one.name if in_chinese() or not one.name_en else one.name_en)


@register.filter
def other_name(one: Any) -> str:
    """Return the name of an agreement's other hospital in the reader's language."""
    return str(one.other_name if in_chinese() or not one.other_name_en else one.other_name_en)


@register.filter
def days_words(days: int | None) -> str:
    """Say an age limit."""
    return words.limit_words(days)


@register.filter
def hours_words(week: Week) -> str:
    """Write opening hours in the reader's language."""
    return hours_text(week, english=not in_chinese())


@register.filter
def block_hours(block: Block) -> str:
    """Write a shift's hours as short as they can be read: 08–12, 13–17:30, 22–08."""
    return f"{_short(block.begins)}–{_short(block.ends, ends=True)}"


@register.filter
def hour(at: datetime) -> str:
    """Write a time of day, 24:00 for the end of the day."""
    return f"{at:%H:%M}"


@register.filter
def words_in(text: str) -> list[str]:
    """Return the words of a list kept as one text."""
    return text.split()


def _short(at: datetime, *, ends: bool = False) -> str:
    if ends and (at.hour, at.minute) == (0, 0):
        return "24"
    return f"{at:%H}" if at.minute == 0 else f"{at:%H:%M}"
