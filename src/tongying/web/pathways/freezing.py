"""Signing freezes the structured answer with the opinion, as it stands then."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar, Final

from tongying.kernel.errors import BadInput
from tongying.pathway.answers import raw_of
from tongying.pathway.asking import unanswered
from tongying.pathway.definition import AnswerKind
from tongying.pathway.faults import PathwayRefused
from tongying.web.cases.models import CaseRow, OpinionRow
from tongying.web.jobs.outbox import promise
from tongying.web.pathways.answering import Part, Raw
from tongying.web.pathways.following import Followed, followed_by, standing
from tongying.web.pathways.models import StructuredAnswer
from tongying.web.pathways.standing import told_of

STRUCTURED_ANSWER: Final = "structured-answer"
"""Kind of the outbox row that has a frozen answer's report written."""


class AnswerNotWhole(BadInput):
    """A structured report that was begun has a mandatory question open, or a faulty answer."""

    code: ClassVar[str] = "pathway.answer-not-whole"


def check_whole(row: CaseRow) -> None:
    """Raise if the structured report of a case was begun and is not whole.

    One that nobody began stops no signing: the opinion's own words are enough.

    Raises
    ------
    AnswerNotWhole
        If a mandatory question is open, or an answer cannot be taken.
    """
    followed, draft = _begun(row)
    if followed is None or draft is None:
        return
    told = told_of(row, followed.pathway, drafts=True)
    if told.answers.faults or unanswered(followed.pathway, told.answers, told.child):
        raise AnswerNotWhole(
            "The structured report is not whole: answer its mandatory questions, or empty it."
        )


def freeze(row: CaseRow, opinion: OpinionRow, now: datetime) -> None:
    """Freeze what is answered with a signed opinion, in the caller's transaction.

    Parameters
    ----------
    row : CaseRow
    opinion : OpinionRow
    now : datetime
    """
    found = standing(row)
    if found is None:
        return
    open_ones = StructuredAnswer.objects.filter(follows=found, opinion__isnull=True)
    followed, draft = _begun(row)
    if followed is not None and draft is not None:
        told = told_of(row, followed.pathway, drafts=True)
        answers: Raw = dict(draft.answers)
        for field in followed.pathway.fields():
            if field.kind is AnswerKind.MEASURE:
                answers |= {
                    key: raw_of(field, told.answers.values[key])
                    for key in told.measured
                    if key.partition(".")[0] == field.id
                }
        answers |= {key: grade.as_json() for key, grade in told.answers.grades.items()}
        StructuredAnswer.objects.filter(pk=draft.pk).update(
            answers=answers, opinion=opinion, changed_at=now
        )
        promise(STRUCTURED_ANSWER, {"answer": draft.pk})
    open_ones.update(opinion=opinion)


def _begun(row: CaseRow) -> tuple[Followed | None, StructuredAnswer | None]:
    """Return what is followed, and the report where somebody answered something in it."""
    try:
        followed = followed_by(row)
    except PathwayRefused:
        return None, None  # kept as typed; a text that cannot be read stops no signing
    if followed is None:
        return None, None
    draft = StructuredAnswer.objects.filter(
        follows_id=followed.number, part=Part.REPORT.value, opinion__isnull=True
    ).first()
    return followed, draft if draft is not None and draft.answers else None
