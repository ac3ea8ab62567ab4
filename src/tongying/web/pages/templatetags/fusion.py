"""What the templates of fused pairs say."""

from __future__ import annotations

from typing import Any

from django import template

from tongying.imaging.quality.estimate import Verdict
from tongying.web.fusion.candidates import Bar
from tongying.web.fusion.shown import ListedFusion
from tongying.web.fusion.states import Judgement, State, TableKind
from tongying.web.pages import fusion_words as words

register = template.Library()


@register.inclusion_tag("pages/_fusion_verdict.html")
def fusion_verdict(verdict: str) -> dict[str, Any]:
    """Draw a verdict: symbol, word and colour."""
    value = Verdict(verdict)
    return {
        "icon_name": words.VERDICT_ICONS[value],
        "tone": words.VERDICT_TONES[value],
        "word": words.VERDICT_WORDS[value],
    }


@register.filter
def verdict_sentence(verdict: str) -> str:
    """Say in a sentence what a verdict allows."""
    return str(words.VERDICT_SENTENCES[Verdict(verdict)]) if verdict else ""


@register.filter
def verdict_notice(verdict: str) -> str:
    """Return the colour of a verdict."""
    return words.VERDICT_TONES[Verdict(verdict)] if verdict else ""


@register.filter
def fusion_state_word(state: State | str) -> str:
    """Return the word for a state."""
    return str(words.STATE_WORDS[State(state)])


@register.filter
def fusion_state_tone(state: State | str) -> str:
    """Return the colour of a state's chip, or nothing."""
    return words.STATE_TONES.get(State(state), "")


@register.filter
def method_word(method: str) -> str:
    """Return the word for a method."""
    return words.method_word(method)


@register.filter
def stage_word(stage: str) -> str:
    """Return the word for a stage."""
    return words.stage_word(stage)


@register.filter
def bar_word(bar: Bar) -> str:
    """Say why a series cannot be fused."""
    return str(words.BAR_WORDS[bar])


@register.filter
def table_word(kind: TableKind) -> str:
    """Return the name of a computation."""
    return str(words.TABLE_WORDS[kind])


@register.filter
def judgement_word(judgement: Judgement | str) -> str:
    """Return the word for a judgement."""
    return str(words.JUDGEMENT_WORDS[Judgement(judgement)])


@register.filter
def judgement_tone(judgement: Judgement | str) -> str:
    """Return the colour of a judgement."""
    return words.JUDGEMENT_TONES[Judgement(judgement)]


@register.filter
def object_word(kind: str) -> str:
    """Return the word for a kind of made object."""
    return words.object_word(kind)


@register.filter
def mm(value: float | None) -> str:
    """Write millimetres with one decimal; a dash where nobody measured."""
    return "—" if value is None else f"{value:.1f} mm"


@register.filter
def error_words(one: ListedFusion) -> str:
    """Write the estimated error with its 95th percentile."""
    if one.error_mm is None:
        return "—"
    text = f"{one.error_mm:.1f} mm"
    return f"{text} (P95 {one.p95_mm:.1f})" if one.p95_mm is not None else text
