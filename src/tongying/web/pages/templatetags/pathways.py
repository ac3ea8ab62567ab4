"""What the templates of pathways say."""

from __future__ import annotations

from django import template
from django.utils.translation import gettext as _

from tongying.measure.body.activity_cards import Tracer
from tongying.measure.body.contrast import Contrast
from tongying.measure.registry import recipes
from tongying.pathway.definition import AgeSpan, Words
from tongying.pathway.faults import Fault
from tongying.web.pages.pathway_words import KIND_WORDS, age_span_words, side_word
from tongying.web.pages.words import in_chinese

register = template.Library()


@register.filter
def words(both: Words | None) -> str:
    """Return words in the reader's language."""
    if both is None:
        return ""
    return both.chinese if in_chinese() else both.english


@register.filter
def fault_said(fault: Fault) -> str:
    """Return what is wrong with a line in the reader's language."""
    return fault.chinese if in_chinese() else fault.sentence


@register.filter
def recipe_word(name: str) -> str:
    """Return how a recipe is called; its id where this version does not know it."""
    recipe = recipes().get(name)
    if recipe is None:
        return name
    return recipe.chinese if in_chinese() else recipe.english


@register.filter
def age_span(span: AgeSpan | None) -> str:
    """Return for which ages something holds."""
    return age_span_words(span)


@register.filter
def kind_word(kind: str) -> str:
    """Return how a field is answered."""
    return str(KIND_WORDS.get(kind, kind))


@register.filter
def side_said(side: str) -> str:
    """Return a side as a word; nothing for none."""
    return side_word(side)


@register.filter
def is_own(reference: str) -> bool:
    """Say whether a teaching link is a page of this platform."""
    return reference.startswith("/") and not reference.startswith("//")


@register.filter
def signed_word(signed_off_by: str) -> str:
    """Return who signed a rule, or that it needs a signature."""
    if signed_off_by:
        return _("signed by %(name)s") % {"name": signed_off_by}
    return _("needs sign-off")


@register.filter
def both_words(one: Contrast | Tracer) -> str:
    """Return what carries its own words in both languages."""
    return one.chinese if in_chinese() else one.english
