"""What the templates of notices and critical findings say."""

from __future__ import annotations

from django import template

from tongying.consult.critical import Category
from tongying.web.notices.reading import WayShown
from tongying.web.pages import critical_words

register = template.Library()


@register.filter
def category_word(category: Category | str) -> str:
    """Return the word for a category of critical findings."""
    return str(critical_words.CATEGORY_WORDS[Category(category)])


@register.filter
def way_words(way: WayShown) -> str:
    """Say what became of a notice on one way out, or nothing where there is nothing to tell."""
    said = critical_words.OUTCOME_WORDS.get(way.outcome)
    return f"{critical_words.WAY_WORDS[way.name]} {said}" if said else ""
