"""What the templates of referrals say."""

from __future__ import annotations

from django import template
from django.utils import timezone

from tongying.consult.case import Urgency
from tongying.consult.outcome import Agreement, OutcomeKind, Truth
from tongying.consult.proportion import Proportion
from tongying.consult.referral import ReferralMove, ReferralState, Side
from tongying.consult.referral_order import AirwayRisk, Attachment, Needs, Transport
from tongying.web import now as clock
from tongying.web.pages import referral_words as words
from tongying.web.pages.due import TimeLeft
from tongying.web.referrals.comparing import COMPARE
from tongying.web.referrals.shown import ReferralLine, ReferralView, ShownReferralEvent

register = template.Library()


@register.filter
def referral_state_word(state: str) -> str:
    """Return the word for a referral's state."""
    return str(words.REFERRAL_STATE_WORDS[ReferralState(state)])


@register.filter
def referral_state_tone(state: str) -> str:
    """Return the colour of a state's chip, or nothing."""
    return words.REFERRAL_STATE_TONES.get(ReferralState(state), "")


@register.filter
def referral_move_word(move: str) -> str:
    """Return the word on a move's button."""
    return str(words.REFERRAL_MOVE_WORDS[ReferralMove(move)])


@register.filter
def referral_event_word(move: str) -> str:
    """Return what a line of the timeline says."""
    return str(words.REFERRAL_EVENT_WORDS.get(move, move))


@register.filter
def referral_event_note(event: ShownReferralEvent) -> str:
    """Return the note of a line of the timeline in the reader's language."""
    if event.move == ReferralMove.OUTCOME.value:
        return str(words.OUTCOME_WORDS[OutcomeKind(event.note)])
    if event.move == COMPARE:
        return str(words.AGREEMENT_WORDS[Agreement(event.note)])
    return event.note


@register.filter
def side_word(side: Side) -> str:
    """Return the word for a side; empty for nobody."""
    return str(words.SIDE_WORDS.get(side, ""))


@register.filter
def needs_word(value: str) -> str:
    """Return what the child needs."""
    return str(words.NEEDS_WORDS[Needs(value)]) if value else ""


@register.filter
def transport_word(value: str) -> str:
    """Return how the child travels."""
    return str(words.TRANSPORT_WORDS[Transport(value)]) if value else ""


@register.filter
def risk_word(value: str) -> str:
    """Return the airway risk; where nobody has said, so."""
    return str(words.RISK_WORDS[AirwayRisk(value or AirwayRisk.UNSAID.value)])


@register.filter
def attachment_word(value: str) -> str:
    """Return what travels along."""
    return str(words.ATTACHMENT_WORDS[Attachment(value)])


@register.filter
def comes_word(urgency: Urgency) -> str:
    """Return how soon the child has to come."""
    return str(words.COMES_WORDS.get(urgency, ""))


@register.filter
def outcome_word(kind: str) -> str:
    """Return the word for a piece of the outcome."""
    return str(words.OUTCOME_WORDS[OutcomeKind(kind)])


@register.filter
def truth_word(truth: str) -> str:
    """Return the word for the evidence."""
    return str(words.TRUTH_WORDS[Truth(truth)])


@register.filter
def agreement_word(agreement: str) -> str:
    """Return the word for a comparison's result."""
    return str(words.AGREEMENT_WORDS[Agreement(agreement)])


@register.filter
def agreement_tone(agreement: str) -> str:
    """Return the colour of a comparison's chip, or nothing."""
    return words.AGREEMENT_TONES.get(Agreement(agreement), "")


@register.filter
def referral_left(one: ReferralView | ReferralLine) -> TimeLeft | None:
    """Say how much time the owner has left."""
    return words.left_words(one.due_at, clock.now())


@register.filter
def percent(value: float) -> str:
    """Write a share as a percentage without decimals."""
    return f"{100 * value:.0f}"


@register.filter
def interval(value: Proportion | None) -> str:
    """Write a proportion with its interval: ``67 % (21–94)``."""
    if value is None:
        return "—"
    low, high = 100 * value.low, 100 * value.high
    return f"{100 * value.share:.0f} % ({low:.0f}–{high:.0f})"


@register.filter
def for_input(value: object) -> str:
    """Write a moment as an input of type ``datetime-local`` wants it."""
    return f"{timezone.localtime(value):%Y-%m-%dT%H:%M}" if value else ""  # type: ignore[arg-type]
