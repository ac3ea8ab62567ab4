"""What the clocks' templates say."""

from __future__ import annotations

from datetime import timedelta

from django import template

from tongying.consult.clock import Step
from tongying.web.pages.clocks import REACHED_WORDS, span_words

register = template.Library()


@register.filter
def span(value: timedelta) -> str:
    """Say how long something took."""
    return span_words(value)


@register.filter
def reached_word(step: Step) -> str:
    """Return the word for a step in a table."""
    return str(REACHED_WORDS[step])
