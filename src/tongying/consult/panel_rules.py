"""The states of a joint panel and the moves between them: one table for code, pages and docs."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from tongying.consult.people import Relation
from tongying.consult.states import State


class PanelState(StrEnum):
    """Where a joint panel stands."""

    GATHERING = "gathering"
    """Each seat writes its own opinion."""
    CONCLUDING = "concluding"
    """A joint conclusion is proposed; the seats that signed say whether they agree."""
    CLOSED = "closed"
    """The conclusion is signed as the case's opinion."""
    CANCELLED = "cancelled"
    """Ended without a joint conclusion; what was signed stays."""


class SeatState(StrEnum):
    """Where a seat stands."""

    INVITED = "invited"
    SIGNED = "signed"
    EXCUSED = "excused"


class Verdict(StrEnum):
    """What a seat says to the joint conclusion."""

    AGREES = "agrees"
    DISSENTS = "dissents"


class PanelMove(StrEnum):
    """What can be done on a panel."""

    INVITE = "invite"
    """Give a specialty a seat and a person; the first invitation opens the panel."""
    DROP_SEAT = "drop-seat"
    """Take the invitation back. A required seat stays, without a person."""
    WRITE = "write"
    SIGN_OWN = "sign-own"
    EXCUSE = "excuse"
    """The seat gives no opinion of its own."""
    PROPOSE = "propose-conclusion"
    AGREE = "agree"
    DISSENT = "dissent"
    EXCUSE_VERDICT = "excuse-verdict"
    """A seat that signed does not answer to this version of the conclusion."""
    REOPEN = "reopen"
    CLOSE = "close"
    """Made by signing the case's opinion, and by nothing else."""
    CANCEL = "cancel"


@dataclass(frozen=True, slots=True)
class PanelRule:
    """From which states a move leads where, who may make it, and on which seat.

    Attributes
    ----------
    sources : frozenset of PanelState
    target : PanelState or None
        None: the state does not change.
    by : frozenset of Relation
        A panellist acts on their own seat only.
    seat : frozenset of SeatState
        States of the seat from which it is done; empty where the move is on no existing seat.
    needs_reason : bool
    """

    sources: frozenset[PanelState]
    target: PanelState | None
    by: frozenset[Relation]
    seat: frozenset[SeatState] = frozenset()
    needs_reason: bool = False


def _rule(
    sources: str,
    target: PanelState | None,
    by: str,
    *,
    seat: str = "",
    needs_reason: bool = False,
) -> PanelRule:
    return PanelRule(
        frozenset(PanelState(name) for name in sources.split()),
        target,
        frozenset(Relation(name) for name in by.split()),
        frozenset(SeatState(name) for name in seat.split()),
        needs_reason,
    )


PANEL_RULES: dict[PanelMove, PanelRule] = {
    PanelMove.INVITE: _rule("gathering", None, "assignee desk"),
    PanelMove.DROP_SEAT: _rule("gathering", None, "assignee desk", seat="invited"),
    PanelMove.WRITE: _rule("gathering concluding", None, "panellist", seat="invited"),
    PanelMove.SIGN_OWN: _rule("gathering concluding", None, "panellist", seat="invited"),
    PanelMove.EXCUSE: _rule(
        "gathering concluding",
        None,
        "assignee desk panellist",
        seat="invited",
        needs_reason=True,
    ),
    PanelMove.PROPOSE: _rule("gathering concluding", PanelState.CONCLUDING, "assignee"),
    PanelMove.AGREE: _rule("concluding", None, "panellist", seat="signed"),
    PanelMove.DISSENT: _rule("concluding", None, "panellist", seat="signed"),
    PanelMove.EXCUSE_VERDICT: _rule(
        "concluding", None, "assignee", seat="signed", needs_reason=True
    ),
    PanelMove.REOPEN: _rule(
        "concluding cancelled", PanelState.GATHERING, "assignee", needs_reason=True
    ),
    PanelMove.CLOSE: _rule("concluding", PanelState.CLOSED, "assignee"),
    PanelMove.CANCEL: _rule(
        "gathering concluding", PanelState.CANCELLED, "assignee desk", needs_reason=True
    ),
}

OPEN_PANEL = frozenset({PanelState.GATHERING, PanelState.CONCLUDING})
"""While a panel is in one of these, the case's opinion can be signed only by closing it."""

CASE_STATES = frozenset({State.ASSIGNED, State.READING, State.WAITING})
"""A panel sits while the case has an expert who leads it and no answer yet."""
