"""The states of a case and the moves between them: one table for code, pages and docs."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from tongying.consult.people import Relation


class State(StrEnum):
    """Where a case stands."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    RETURNED = "returned"
    ASSIGNED = "assigned"
    READING = "reading"
    WAITING = "waiting"
    SIGNED = "signed"
    ACKNOWLEDGED = "acknowledged"
    WITHDRAWN = "withdrawn"
    REFUSED = "refused"
    DISCARDED = "discarded"


class Owner(StrEnum):
    """Who has to act next."""

    ASKING = "asking"
    DESK = "desk"
    ASSIGNEE = "assignee"
    NOBODY = "nobody"


OWNER: dict[State, Owner] = {
    State.DRAFT: Owner.ASKING,
    State.SUBMITTED: Owner.DESK,
    State.RETURNED: Owner.ASKING,
    State.ASSIGNED: Owner.ASSIGNEE,
    State.READING: Owner.ASSIGNEE,
    State.WAITING: Owner.ASKING,
    State.SIGNED: Owner.ASKING,
    State.ACKNOWLEDGED: Owner.NOBODY,
    State.WITHDRAWN: Owner.NOBODY,
    State.REFUSED: Owner.NOBODY,
    State.DISCARDED: Owner.NOBODY,
}

TERMINAL = frozenset(state for state, owner in OWNER.items() if owner is Owner.NOBODY)

STOPPED = frozenset({State.RETURNED, State.WAITING})
"""Waiting for county data: the only states in which a case's clocks stand still."""

PRIVATE = frozenset({State.DRAFT, State.DISCARDED})
"""Only the author sees a case in these states; the answering side does not know of it."""


class Move(StrEnum):
    """What can be done to a case."""

    EDIT = "edit"
    SUBMIT = "submit"
    DISCARD = "discard"
    WITHDRAW = "withdraw"
    RETURN = "return"
    RESUBMIT = "resubmit"
    REFUSE = "refuse"
    COMPLETE = "complete"
    """The desk has looked and found the data complete."""
    BOOK = "book"
    """The desk sets the time of a booked panel."""
    OFFER = "offer"
    """The desk offers an unassigned case to several experts; whoever claims it first answers."""
    ASSIGN = "assign"
    CLAIM = "claim"
    ACCEPT = "accept"
    DECLINE = "decline"
    OPEN = "open"
    """The expert has the images in front of them (recorded by the platform, once)."""
    ASK_DATA = "ask-data"
    SUPPLY = "supply"
    WRITE = "write"
    SIGN = "sign"
    AMEND = "amend"
    ACKNOWLEDGE = "acknowledge"


@dataclass(frozen=True, slots=True)
class Rule:
    """From which states a move leads where, who may make it, and whether it needs a reason."""

    sources: frozenset[State]
    target: State | None
    """None: the state does not change."""
    by: frozenset[Relation]
    needs_reason: bool = False


def _rule(sources: str, target: State | None, by: str, *, needs_reason: bool = False) -> Rule:
    return Rule(
        frozenset(State(name) for name in sources.split()),
        target,
        frozenset(Relation(name) for name in by.split()),
        needs_reason,
    )


RULES: dict[Move, Rule] = {
    Move.EDIT: _rule("draft returned waiting", None, "asking"),
    Move.SUBMIT: _rule("draft", State.SUBMITTED, "author"),
    Move.DISCARD: _rule("draft", State.DISCARDED, "author"),
    Move.WITHDRAW: _rule(
        "submitted returned assigned reading waiting", State.WITHDRAWN, "asking", needs_reason=True
    ),
    Move.RETURN: _rule("submitted", State.RETURNED, "desk", needs_reason=True),
    Move.RESUBMIT: _rule("returned", State.SUBMITTED, "asking"),
    Move.REFUSE: _rule("submitted", State.REFUSED, "desk", needs_reason=True),
    Move.COMPLETE: _rule("submitted", None, "desk"),
    Move.BOOK: _rule("submitted assigned reading waiting", None, "desk"),
    Move.OFFER: _rule("submitted", None, "desk"),
    Move.ASSIGN: _rule("submitted assigned reading waiting", State.ASSIGNED, "desk"),
    Move.CLAIM: _rule("submitted", State.READING, "offered"),
    Move.ACCEPT: _rule("assigned", State.READING, "assignee"),
    Move.DECLINE: _rule("assigned", State.SUBMITTED, "assignee", needs_reason=True),
    Move.OPEN: _rule("reading", None, "assignee"),
    Move.ASK_DATA: _rule("reading", State.WAITING, "assignee", needs_reason=True),
    Move.SUPPLY: _rule("waiting", State.READING, "asking"),
    Move.WRITE: _rule("reading", None, "assignee"),
    Move.SIGN: _rule("reading", State.SIGNED, "assignee"),
    Move.AMEND: _rule("signed acknowledged", State.SIGNED, "assignee", needs_reason=True),
    Move.ACKNOWLEDGE: _rule("signed", State.ACKNOWLEDGED, "asking"),
}
