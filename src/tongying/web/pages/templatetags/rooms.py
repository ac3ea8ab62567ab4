"""Words of live rooms in templates."""

from __future__ import annotations

import json

from django import template

from tongying.web.pages.room_keeping_words import keeping_words
from tongying.web.pages.room_words import GUARDIAN_WORDS, RECORDING_WORDS, WAY_WORDS

register = template.Library()


@register.filter
def guardian_word(relation: str) -> str:
    """Return who consented."""
    return str(GUARDIAN_WORDS[relation])


@register.filter
def consent_way(way: str) -> str:
    """Return how somebody consented."""
    return str(WAY_WORDS[way])


@register.filter
def recording_word(state: str) -> str:
    """Return where a recording is."""
    return str(RECORDING_WORDS[state])


@register.filter
def recording_length(seconds: float) -> str:
    """Return how long a recording is, such as ``12:05``."""
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes}:{rest:02d}"


@register.simple_tag
def keeping_words_json() -> str:
    """Return what the page's script says of things on their way, for an attribute."""
    return json.dumps(keeping_words(), ensure_ascii=False)
