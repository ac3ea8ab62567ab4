"""What the templates of models' results say."""

from __future__ import annotations

from django import template

from tongying.ai.card.definition import Evidence, Method, Span, Step
from tongying.pathway.definition import Words
from tongying.web.ai.shown import (
    ImagePoint,
    ShownFinding,
    ShownFlag,
    ShownRun,
    ShownValue,
    StudyResults,
)
from tongying.web.pages import ai_result_words as words
from tongying.web.pages.ai_words import EXAMINATION_STEP_WORDS, METHOD_WORDS
from tongying.web.pages.opening import picture_url
from tongying.web.viewer.config import viewer_url

register = template.Library()

_STEPS = frozenset(step.value for step in Step)


@register.filter
def ai_said(told: Words | None) -> str:
    """Return words in the reader's language."""
    return words.in_language(told)


@register.filter
def ai_step(step: str) -> str:
    """Return the word for a step of the examination."""
    return str(EXAMINATION_STEP_WORDS[Step(step)]) if step in _STEPS else step


@register.filter
def ai_state(state: str) -> str:
    """Return the word for the state of a run."""
    return str(words.STATE_WORDS.get(state, state))


@register.filter
def ai_standing(standing: str) -> str:
    """Return the word for where a model stands."""
    return str(words.STANDING_WORDS.get(standing, standing))


@register.filter
def ai_verdict(verdict: str) -> str:
    """Return the word for a reader's verdict."""
    return str(words.VERDICT_WORDS.get(verdict, verdict))


@register.filter
def ai_decision(decision: str) -> str:
    """Return the word for what a reader said of an item."""
    return str(words.DECISION_WORDS.get(decision, decision))


@register.filter
def ai_method(method: Method | None) -> str:
    """Return what sort of function a model is."""
    return "" if method is None else str(METHOD_WORDS[method])


@register.filter
def ai_age(span: Span | None) -> str:
    """Return for which ages a model may speak."""
    return words.age_label(span)


@register.filter
def ai_figure(evidence: Evidence) -> str:
    """Return a figure of a card with its interval and n."""
    return words.figure_words(evidence)


@register.filter
def ai_model(run: ShownRun) -> str:
    """Return a model's name with its version."""
    return words.model_name(run)


@register.filter
def ai_item(one: ShownFinding | ShownFlag | ShownValue) -> str:
    """Return what an item is called."""
    return words.item_name(one)


@register.filter
def ai_spread(one: ShownValue) -> str:
    """Return from where to where the tools lie that measured the same."""
    return words.spread_words(one)


@register.filter
def ai_sort(one: ShownFinding | ShownFlag | ShownValue) -> str:
    """Return the sort of an item: finding, flag or value."""
    return one.key.partition(":")[0]


@register.simple_tag
def ai_viewer(results: StudyResults, place: ImagePoint) -> str:
    """Return the link that opens the viewer on the image of a finding."""
    return viewer_url(
        [results.study_uid],
        modalities=results.modalities,
        series_uid=place.series_uid or None,
        sop_uid=place.sop_uid,
    )


@register.simple_tag
def ai_picture(results: StudyResults, place: ImagePoint) -> str:
    """Return the address of a small picture of a finding's image; empty where it is not here."""
    if not place.sop_uid or place.number is None:
        return ""
    return picture_url(results.study_uid, place.series_uid, place.sop_uid, frame=place.frame)
