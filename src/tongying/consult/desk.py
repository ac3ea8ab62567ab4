"""Making a move: the check, the button's answer to it, and the case afterwards."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import ClassVar

from tongying.consult.access import relations
from tongying.consult.case import Case, Question, QuestionRefused, check_sendable
from tongying.consult.disagreement import Disagreement
from tongying.consult.people import Viewer
from tongying.consult.specialty import Specialty
from tongying.consult.states import RULES, STOPPED, Move, State
from tongying.kernel.errors import BadInput, Conflict, NotAllowed, NotFound, TongyingError
from tongying.kernel.ids import UserId


class CaseNotFound(NotFound):
    """The case does not exist for this viewer."""

    code: ClassVar[str] = "case.not-found"


class MoveNotYours(NotAllowed):
    """The viewer sees the case but may not make this move."""

    code: ClassVar[str] = "case.not-yours"


class MoveOutOfPlace(Conflict):
    """The move does not start from the state the case is in."""

    code: ClassVar[str] = "case.out-of-place"


class ReasonMissing(BadInput):
    """The move needs a reason in words."""

    code: ClassVar[str] = "case.reason-missing"


class AssigneeMissing(BadInput):
    """An assignment names no expert."""

    code: ClassVar[str] = "case.assignee-missing"


class OverrideReasonMissing(BadInput):
    """Somebody other than the proposed expert is chosen without saying why."""

    code: ClassVar[str] = "case.override-reason"


class TimeMissing(BadInput):
    """A panel is booked without a time, or for a time that is past."""

    code: ClassVar[str] = "case.booked-time"


class OfferEmpty(BadInput):
    """A case is offered to nobody."""

    code: ClassVar[str] = "case.offer-empty"


class AnswerMissing(BadInput):
    """An opinion without an answer cannot be signed."""

    code: ClassVar[str] = "case.answer-missing"


@dataclass(frozen=True, slots=True)
class Opinion:
    """What the expert writes: the answer to the question first."""

    answer: str = ""
    findings: str = ""
    advice: str = ""


@dataclass(frozen=True, slots=True)
class Act:
    """A move with what it brings along."""

    move: Move
    reason: str = ""
    assignee: UserId | None = None
    question: Question | None = None
    opinion: Opinion | None = None
    proposed: UserId | None = None
    """Whom the solver proposes, where an assignment follows or overrides it."""
    why: tuple[str, ...] = ()
    """Keys of `consult.assignment.Placement.why` for the one proposed."""
    overridden: tuple[str, ...] = ()
    """Soft obstacles of the one chosen."""
    offered: frozenset[UserId] = frozenset()
    booked_for: datetime | None = None
    specialty: Specialty | None = None
    """The field the desk finds a case to belong to, where it says so."""
    against_local: Disagreement | None = None
    """With a signature: how it stands to the asking hospital's own reading, where coded."""


def check_move(viewer: Viewer, case: Case, move: Move) -> None:
    """Raise unless the viewer may make this move now.

    Raises
    ------
    CaseNotFound
        If the case does not exist for the viewer.
    MoveNotYours
        If the move is not theirs to make.
    MoveOutOfPlace
        If it is theirs, but not from this state.
    """
    stands = relations(viewer, case)
    if not stands:
        raise CaseNotFound("There is no such case.")
    rule = RULES[move]
    if not stands & rule.by:
        raise MoveNotYours(f"“{move.value}” is not yours to do on this case.")
    if case.state not in rule.sources:
        raise MoveOutOfPlace(f"“{move.value}” cannot be done while the case is {case.state.value}.")


def may_move(viewer: Viewer, case: Case, move: Move) -> bool:
    """Say whether the viewer may make this move now (what a button asks)."""
    try:
        check_move(viewer, case, move)
    except TongyingError:
        return False
    return True


def moves_of(viewer: Viewer, case: Case) -> tuple[Move, ...]:
    """Return the moves the viewer may make now, in the table's order."""
    return tuple(move for move in RULES if may_move(viewer, case, move))


def apply(viewer: Viewer, case: Case, act: Act, at: datetime) -> Case:
    """Return the case after a move.

    Parameters
    ----------
    viewer : Viewer
        Who makes it.
    case : Case
    act : Act
        The move and what it brings along.
    at : datetime
        When, with time zone.

    Raises
    ------
    CaseNotFound, MoveNotYours, MoveOutOfPlace
        As `check_move`.
    ReasonMissing
        If the move needs a reason and none is given.
    AssigneeMissing
        If an assignment names nobody.
    OverrideReasonMissing
        If it names somebody other than the proposed expert, without a reason.
    OfferEmpty
        If a case is offered to nobody.
    TimeMissing
        If a panel is booked for no time or a time that is past.
    QuestionRefused
        If the question cannot be sent, or says what cannot be true.
    AnswerMissing
        If an opinion is signed without an answer.
    """
    check_move(viewer, case, act.move)
    rule = RULES[act.move]
    if rule.needs_reason and not act.reason.strip():
        raise ReasonMissing("Give a reason in a few words.")
    case = replace(
        _with_clock(case, rule.target or case.state, at),
        state=rule.target or case.state,
        reason=act.reason.strip() if rule.needs_reason else case.reason,
    )
    match act.move:
        case Move.EDIT:
            question = act.question or case.question
            for sentence in question.implausible().values():
                raise QuestionRefused(sentence)
            return replace(case, question=question)
        case Move.SUBMIT:
            check_sendable(case.question)
            return replace(case, submitted_at=at)
        case Move.RESUBMIT | Move.SUPPLY:
            check_sendable(case.question)
            return case
        case Move.ASSIGN:
            if act.assignee is None:
                raise AssigneeMissing("Choose the expert who is to answer.")
            overrides = act.proposed not in (None, act.assignee) or bool(act.overridden)
            if overrides and not act.reason.strip():
                raise OverrideReasonMissing("Say why you choose another expert than proposed.")
            return replace(case, assignee=act.assignee, offered=frozenset())
        case Move.COMPLETE:
            field = act.specialty or case.question.specialty
            return replace(case, question=replace(case.question, specialty=field))
        case Move.OFFER:
            if not act.offered:
                raise OfferEmpty("Choose the experts to whom the case is offered.")
            return replace(case, offered=act.offered)
        case Move.CLAIM:
            return replace(case, assignee=viewer.user, offered=frozenset())
        case Move.BOOK:
            if act.booked_for is None or act.booked_for <= at:
                raise TimeMissing("Give a time for the panel that is still to come.")
            return replace(case, booked_for=act.booked_for)
        case Move.DECLINE:
            return replace(case, assignee=None)
        case Move.SIGN | Move.AMEND:
            if act.opinion is None or not act.opinion.answer.strip():
                raise AnswerMissing("Answer the question before you sign.")
            return replace(case, version=case.version + 1)
        case _:
            return case


def _with_clock(case: Case, target: State, at: datetime) -> Case:
    """Stop or restart the case's clocks where the move leads into or out of a stopped state."""
    if case.stopped_at is None and target in STOPPED:
        return replace(case, stopped_at=at)
    if case.stopped_at is not None and target not in STOPPED:
        return replace(case, stopped_at=None, paused=case.paused + (at - case.stopped_at))
    return case
