"""What templates say of steps, standings, needs and products."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import template
from django.utils.translation import gettext as _

from tongying.ai.card.definition import Method, ModelCard, Step
from tongying.pathway.definition import Words
from tongying.web.evidence.figures import FEWEST_SILENT, Evidence
from tongying.web.evidence.kinds import kinds_of
from tongying.web.evidence.needs import LinkKind, Stage
from tongying.web.evidence.products import ListedProduct
from tongying.web.evidence.vendors import SMALLEST_CELL, Cell
from tongying.web.pages import ai_words, evidence_words
from tongying.web.pages.alliance_words import TIER_WORDS
from tongying.web.pages.card_lines import ages_said, scope_said
from tongying.web.pages.templatetags.pathways import words

register = template.Library()


@register.filter
def examination_step(value: str) -> str:
    """Return the word for a step of the examination."""
    return str(ai_words.EXAMINATION_STEP_WORDS[Step(value)])


@register.filter
def method_word(value: str) -> str:
    """Return what a function is: rule, image processing, trained."""
    return str(ai_words.METHOD_WORDS[Method(value)])


@register.filter
def standing_word(value: str) -> str:
    """Return the word for where a model stands."""
    return str(ai_words.STANDING_WORDS[value])


@register.filter
def standing_tone(value: str) -> str:
    """Return the colour of a standing's chip, or nothing."""
    return ai_words.STANDING_TONES.get(value, "")


@register.filter
def need_stage(value: str) -> str:
    """Return the word for how far a need has come."""
    return str(evidence_words.NEED_STAGE_WORDS[Stage(value)])


@register.filter
def need_tone(value: str) -> str:
    """Return the colour of a need's chip, or nothing."""
    return evidence_words.NEED_STAGE_TONES.get(Stage(value), "")


@register.filter
def link_word(value: str) -> str:
    """Return what a step of a need points at."""
    return str(evidence_words.LINK_WORDS[LinkKind(value)])


@register.filter
def paediatric_word(value: str) -> str:
    """Return whether a registration names children."""
    return str(evidence_words.PAEDIATRIC_WORDS[value])


@register.filter
def at_tier(product: ListedProduct, tier: str) -> str:
    """Return how many hospitals of a tier use a product; nothing for none."""
    return str(product.at(tier) or "")


@register.filter
def tier_name(value: str) -> str:
    """Return a tier's word; a dash where it is not known."""
    return next((str(word) for tier, word in TIER_WORDS.items() if tier.value == value), "—")


@register.filter
def card_ages(span: Any) -> str:
    """Return the ages a card speaks about."""
    return ages_said(span)


@register.filter
def scope_lines(card: ModelCard) -> list[tuple[str, str]]:
    """Return every criterion of a card with what it says; ``any`` is written out."""
    return scope_said(card.scope)


@register.filter
def band_lines(evidence: Evidence) -> list[tuple[str, int, int]]:
    """Return the age bands of a card, how many silent cases each has and how many are missing."""
    lacking = evidence.lacking
    return [
        (band, min(evidence.silent.get(band, 0), FEWEST_SILENT), lacking.get(band, 0))
        for band in evidence.bands
    ]


@register.filter
def finding_kind(card: ModelCard | None, kind: str) -> str:
    """Return a kind of finding in words."""
    said = kinds_of(card).get(kind)
    return words(said) if said is not None else kind


@register.filter
def figure_told(figure: Mapping[str, Any]) -> str:
    """Write a figure with its interval, or why it is not told."""
    if not figure["told"]:
        return f"— {ai_words.SILENCE_WORDS[figure['why']]}"
    if figure["low"] is None:
        return f"{figure['value']:.2f}"
    return f"{figure['value']:.2f} [{figure['low']:.2f}, {figure['high']:.2f}]"


@register.filter
def difference_told(found: Mapping[str, Any]) -> str:
    """Write a difference of areas with its interval and p, or why it is not told."""
    if "difference" not in found:
        return f"— {ai_words.SILENCE_WORDS[found['why']]}"
    value, low, high = (found[name] for name in ("difference", "low", "high"))
    return f"{value:.3f} [{low:.3f}, {high:.3f}], p = {found['p']:.3f}"


@register.filter
def monitor_word(value: str) -> str:
    """Return what a monitor watches."""
    return str(ai_words.MONITOR_WORDS[value])


@register.filter
def variable_word(value: str) -> str:
    """Return which of its variables; one without a word is called by its name."""
    return str(ai_words.VARIABLE_WORDS.get(value, value))


@register.filter
def stratum_word(value: str) -> str:
    """Return what studies are divided by."""
    return str(ai_words.STRATUM_WORDS[value])


@register.filter
def group_word(value: str) -> str:
    """Return the name of a group."""
    return str(ai_words.GROUP_WORDS.get(value, value.replace("-", "–")))


@register.filter
def severity_word(value: str) -> str:
    """Return how bad an incident was."""
    return str(ai_words.SEVERITY_WORDS[value])


@register.filter
def failure_word(value: str) -> str:
    """Return how a model failed."""
    return str(ai_words.FAILURE_WORDS[value])


@register.filter
def cell(value: Cell) -> str:
    """Write a count; a small one is not told."""
    return str(value.count) if value.count is not None else _("fewer than %d") % SMALLEST_CELL


@register.filter
def truth_level(value: str) -> str:
    """Return how something is known to be so."""
    return str(ai_words.TRUTH_LEVEL_WORDS[value])


@register.filter
def truth_kind(value: str, kinds: Mapping[str, Words]) -> str:
    """Return a kind of finding in words; its id where no card here names it any more."""
    return words(kinds[value]) if value in kinds else value
