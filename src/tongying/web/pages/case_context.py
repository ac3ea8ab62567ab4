"""What the case page needs besides the case itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from django.http import HttpRequest
from django.utils import timezone

from tongying.consult.case import ANSWER_WITHIN, Confidence, Question, Urgency
from tongying.consult.completeness import Facts, missing
from tongying.consult.critical import may_report
from tongying.consult.people import Viewer
from tongying.consult.states import OWNER, RULES, Move, Owner, State
from tongying.pathway.catalogue import pathways
from tongying.pathway.hanging import protocol_name
from tongying.web import now as clock
from tongying.web.cases.documents import SERIES_NUMBERS
from tongying.web.cases.shown import CaseView, ShownChild, ShownSeries, ShownStudy
from tongying.web.desk.clocks import clocks_of
from tongying.web.desk.critical import criticals_of
from tongying.web.fusion.store import fusions_of_case
from tongying.web.measurements.doubting import doubts_of_case
from tongying.web.pages.ai_context import ai_in_case
from tongying.web.pages.child_timeline import entries
from tongying.web.pages.desk_card import desk_card, specialty_choices, suggestion
from tongying.web.pages.doubt_form import boxes
from tongying.web.pages.fusion_link import fuse_case_url
from tongying.web.pages.measured import live_context
from tongying.web.pages.measurement_link import measured_in_case
from tongying.web.pages.opening import NOT_PICTURES, viewer_link
from tongying.web.pages.panel_context import panel_context
from tongying.web.pages.pathway_context import pathway_card
from tongying.web.pages.question_form import Typed, typed, written
from tongying.web.pages.sentences import said
from tongying.web.pages.words import CONFIDENCE_WORDS, URGENCY_WORDS
from tongying.web.records.timeline import MOST_PRIORS, lines_around, priors_among
from tongying.web.referrals.reading import may_refer_now, referrals_of_case
from tongying.web.rooms.showing import rooms_of_case

STALE_DAYS: Final = 30
STALE_INFANT_DAYS: Final = 7
"""After this a weight is old; the shorter holds below one year (domain.md section 4, point 7)."""
INFANT_MONTHS: Final = 12

_IN_PLACE: Final = frozenset(
    {
        Move.EDIT,
        Move.WRITE,
        Move.SUBMIT,
        Move.RESUBMIT,
        Move.SUPPLY,
        Move.SIGN,
        Move.AMEND,
        Move.ASSIGN,
        Move.COMPLETE,
        Move.OFFER,
        Move.BOOK,
        Move.OPEN,
    }
)
"""Moves that have a form of their own on the page."""
_FORWARD: Final = frozenset({Move.ACCEPT, Move.CLAIM, Move.ACKNOWLEDGE})
"""Moves that lead on; they are one press."""


@dataclass(frozen=True, slots=True)
class Choice:
    """A choice of the question form."""

    value: str
    label: Any
    hours: int = 0


@dataclass(frozen=True, slots=True)
class Lacking:
    """Something the question still lacks."""

    sentence: str
    field: str
    must: bool


def case_context(
    request: HttpRequest,
    view: CaseView,
    *,
    form: Typed | None = None,
    writing: dict[str, str] | None = None,
) -> dict[str, Any]:
    """Return the context of a case's page.

    Parameters
    ----------
    request : HttpRequest
    view : CaseView
    form : Typed, optional
        What was typed into the question form, where it comes back with faults.
    writing : dict of str to str, optional
        What was typed into the opinion, where it comes back.
    """
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    case, moves = view.case, view.moves
    question = case.question
    edits = Move.EDIT in moves
    form = form or typed(written(question), question)
    context: dict[str, Any] = {
        "place": "worklist",
        "settled": OWNER[case.state] is Owner.NOBODY or case.state is State.SIGNED,
        "view": view,
        "case": case,
        "question": question,
        "form": form,
        "edits": edits,
        "writes": Move.WRITE in moves,
        "amends": Move.AMEND in moves,
        "writing": writing or _writing(view),
        "forward": [move for move in moves if move in _FORWARD],
        "others": [
            (move, RULES[move].needs_reason)
            for move in moves
            if move not in _IN_PLACE and move not in _FORWARD
        ],
        "viewer_link": viewer_link(view),
        "subject": next((study for study in view.studies if not study.prior), None),
        "priors": [study for study in view.studies if study.prior],
        "derived": _derived(view),
        "size_stale": _size_stale(question, view.child),
        "points": edits or Move.WRITE in moves,
        "urgencies": [Choice(one.value, URGENCY_WORDS[one], _hours(one)) for one in Urgency],
        "confidences": [Choice(one.value, CONFIDENCE_WORDS[one]) for one in Confidence],
        "specialties": specialty_choices(),
        "guessed": suggestion(view) if edits else None,
        "doubts": boxes(doubts_of_case(viewer, case.id)) if edits else {},
        "lacking": lacking_of(view) if edits or Move.ASSIGN in moves else (),
        "today": timezone.localdate().isoformat(),
        "signs_as": getattr(request.user, "name", viewer.login),
        "making_documents": bool(view.opinions)
        and not view.opinions[0].documents
        and not view.opinions[0].failure,
        "reason_to_show": case.reason if _reason_counts(view) else "",
        "clocks": clocks_of(viewer, case.id, clock.now()),
        "criticals": criticals_of(viewer, case.id),
        "reports_critical": may_report(viewer, case),
        "fusions": fusions_of_case(viewer, case.id),
        "fuse_url": fuse_case_url(viewer, view),
        "referrals": referrals_of_case(viewer, case.id),
        "may_refer": may_refer_now(viewer, case.id),
    }
    context |= panel_context(viewer, view)
    context |= measured_in_case(viewer, view) | live_context(viewer, view)
    context |= pathway_card(viewer, view) | ai_in_case(viewer, view)
    followed = context.get("pathway_standing")
    if followed is not None and followed.pathway.id in pathways():
        layout = protocol_name(followed.pathway)
        context["viewer_link"] = viewer_link(view, layout=layout)
    context |= _life(viewer, view)
    context["rooms"] = rooms_of_case(viewer, case.id)
    if Move.ASSIGN in moves:
        context["desk"] = desk_card(viewer, view)
        context["offered_to"] = "、".join(
            one.member.name for one in context["desk"].lines if one.member.id in case.offered
        )
    return context


def _life(viewer: Viewer, view: CaseView) -> dict[str, Any]:
    """Return the child's examinations that the viewer sees, and the subject's priors."""
    subject = next((study.uid for study in view.studies if not study.prior), "")
    child, lines = lines_around(viewer, subject)
    return {
        "life_of": child,
        "life": entries(lines, view.child.birth_date) if len(lines) > 1 else (),
        "relevant": priors_among(lines, subject)[:MOST_PRIORS],
        "in_case": {study.uid for study in view.studies},
    }


def lacking_of(view: CaseView) -> tuple[Lacking, ...]:
    """Return what the question still lacks, what must be there first; form faults not counted."""
    subject = next((study for study in view.studies if not study.prior), None)
    facts = Facts(
        birth_date=view.child.birth_date,
        sex=view.child.sex or None,
        images=subject.instance_count if subject else 0,
        key_images=len(view.key_images),
    )
    return tuple(
        Lacking(said(one.sentence), one.field, one.must)
        for one in missing(view.case.question, facts)
        if not one.code.startswith("question.")
    )


def _hours(urgency: Urgency) -> int:
    """Return within how many hours the answer is promised; 0 for a booked panel."""
    span = ANSWER_WITHIN.get(urgency)
    return 0 if span is None else span.seconds // 3600


def _writing(view: CaseView) -> dict[str, str]:
    draft = view.draft
    return {"answer": draft.answer, "findings": draft.findings, "advice": draft.advice}


def _derived(view: CaseView) -> list[tuple[ShownStudy, ShownSeries]]:
    return [
        (study, series)
        for study in view.studies
        for series in study.series
        if series.modality in NOT_PICTURES and not _is_document(view, series)
    ]


def _is_document(view: CaseView, series: ShownSeries) -> bool:
    """Say whether a series is a document of this case's opinion, which has its own place."""
    return series.number in SERIES_NUMBERS.values() and view.number in series.description


def _size_stale(question: Question, child: ShownChild) -> bool:
    """Say whether weight and height are too old to be counted on."""
    if question.measured_on is None:
        return False
    infant = child.age is not None and child.age.months < INFANT_MONTHS
    days = (timezone.localdate() - question.measured_on).days
    return days > (STALE_INFANT_DAYS if infant else STALE_DAYS)


def _reason_counts(view: CaseView) -> bool:
    """Say whether the last reason explains the state the case is in now."""
    state = view.case.state
    if state is State.SUBMITTED:
        return bool(view.events) and view.events[-1].move == Move.DECLINE
    return state in (State.RETURNED, State.WAITING, State.WITHDRAWN, State.REFUSED)
