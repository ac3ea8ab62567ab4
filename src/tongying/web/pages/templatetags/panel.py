"""What templates say about joint panels."""

from __future__ import annotations

from django import template

from tongying.consult.panel_rules import PanelMove, PanelState, SeatState, Verdict
from tongying.consult.specialty import Specialty
from tongying.web.pages import panel_words
from tongying.web.pages.words import SPECIALTY_WORDS

register = template.Library()


@register.filter
def specialty_word(specialty: Specialty | str) -> str:
    """Return the name of a specialty."""
    return str(SPECIALTY_WORDS[Specialty(specialty)])


@register.filter
def panel_state_word(state: PanelState | str) -> str:
    """Return the word for a panel's state."""
    return str(panel_words.PANEL_STATE_WORDS[PanelState(state)])


@register.filter
def panel_state_tone(state: PanelState | str) -> str:
    """Return the colour of a panel's chip, or nothing."""
    return panel_words.PANEL_STATE_TONES.get(PanelState(state), "")


@register.filter
def seat_state_word(state: SeatState | str) -> str:
    """Return the word for a seat's state."""
    return str(panel_words.SEAT_STATE_WORDS[SeatState(state)])


@register.filter
def verdict_word(verdict: Verdict | str) -> str:
    """Return the word for a verdict."""
    return str(panel_words.VERDICT_WORDS[Verdict(verdict)])


@register.filter
def panel_move_word(move: PanelMove | str) -> str:
    """Return the word on a panel move's button."""
    return str(panel_words.PANEL_MOVE_WORDS[PanelMove(move)])


@register.filter
def duty_word(duty: str) -> str:
    """Return whether somebody is on duty, in a word; nothing where no roster knows them."""
    return str(panel_words.DUTY_WORDS.get(duty, ""))
