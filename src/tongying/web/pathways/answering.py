"""What is answered in a pathway: kept while it is typed, and never over somebody else's answer.

The answers are kept as they were typed, faulty ones too: nothing that somebody wrote is lost. What
they mean, and what is wrong with them, is told when they are read (`tongying.pathway.answers`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar, Final

from django.db import transaction

from tongying.consult.desk import may_move
from tongying.consult.people import Viewer
from tongying.consult.states import Move
from tongying.kernel.errors import BadInput, Conflict, NotAllowed
from tongying.pathway.answers import LONGEST_TEXT, keys_of
from tongying.pathway.definition import AnswerKind, Field, Pathway
from tongying.web import now as clock
from tongying.web.cases.models import CaseRow
from tongying.web.cases.rows import case_of
from tongying.web.pathways.following import case_row, followed_by, note
from tongying.web.pathways.models import StructuredAnswer
from tongying.web.trail import store as trail

Raw = dict[str, Any]
"""Field id, or field id and ``.R`` or ``.L`` -> what was typed or chosen, as text or list of texts;
of a signed report also measured values as numbers, and grades as `Grade.as_json`."""
FOLLOWS_FROM: Final = frozenset({AnswerKind.MEASURE, AnswerKind.GRADE})
"""Kinds of fields that nobody types."""


class Part(StrEnum):
    """Who answers."""

    INTAKE = "intake"
    """Who asks: what the pathway needs to be sent."""
    REPORT = "report"
    """Who answers the question: the report."""


MOVES: Final[dict[Part, tuple[Move, ...]]] = {
    Part.INTAKE: (Move.EDIT,),
    Part.REPORT: (Move.WRITE, Move.AMEND),
}
"""Who may make one of these moves now may write the part."""


class AnsweringNotYours(NotAllowed):
    """The viewer neither asks nor answers in this case now."""

    code: ClassVar[str] = "pathway.answering-not-yours"


class NoPathway(Conflict):
    """The case follows no pathway."""

    code: ClassVar[str] = "pathway.none-followed"


class StaleAnswer(Conflict):
    """Somebody changed the answers since the page was loaded."""

    code: ClassVar[str] = "pathway.answer-stale"


class AnswerTooLong(BadInput):
    """An answer is longer than can be kept."""

    code: ClassVar[str] = "pathway.answer-too-long"


@dataclass(frozen=True, slots=True)
class Kept:
    """What is answered in a part.

    Attributes
    ----------
    answers : dict
        As typed; of a signed one also what followed from measurements and rules then.
    revision : int
        Grows with every change; 0 where nobody wrote yet.
    by : str
    at : datetime or None
    version : int or None
        Of the signed opinion it is frozen with; None while it may still change.
    """

    answers: Raw
    revision: int = 0
    by: str = ""
    at: datetime | None = None
    version: int | None = None


def may_answer(viewer: Viewer, row: CaseRow, part: Part) -> bool:
    """Say whether the viewer may write a part now."""
    case = case_of(row)
    return any(may_move(viewer, case, move) for move in MOVES[part])


def typed_fields(pathway: Pathway, part: Part) -> tuple[Field, ...]:
    """Return the fields of a part that somebody types."""
    if part is Part.INTAKE:
        return pathway.asked()
    return tuple(field for field in pathway.fields() if field.kind not in FOLLOWS_FROM)


def kept(viewer: Viewer, case: int, part: Part) -> Kept:
    """Return what is answered in a part, as far as it exists for the viewer.

    A report that is still being written exists for who writes it; the intake for whoever sees the
    case.

    Raises
    ------
    CaseNotFound
        If the case does not exist for the viewer.
    """
    row = case_row(viewer, case)
    return kept_of(row, part, drafts=part is Part.INTAKE or may_answer(viewer, row, part))


def kept_of(row: CaseRow, part: Part, *, drafts: bool) -> Kept:
    """Return what is answered in a part of a case's row.

    Parameters
    ----------
    row : CaseRow
    part : Part
    drafts : bool
        Whether one that is not signed yet counts.
    """
    rows = StructuredAnswer.objects.filter(
        follows__case=row, follows__ended_at__isnull=True, part=part.value
    ).select_related("written_by", "opinion")
    open_one = rows.filter(opinion__isnull=True).first() if drafts else None
    found = open_one or rows.filter(opinion__isnull=False).order_by("-opinion__version").first()
    if found is None:
        return Kept({})
    version = found.opinion.version if found.opinion is not None else None
    return Kept(
        dict(found.answers), found.revision, found.written_by.name, found.changed_at, version
    )


def write(
    viewer: Viewer, case: int, part: Part, answers: Mapping[str, Any], *, revision: int
) -> Kept:
    """Keep the answers of a part as far as they are typed.

    After signing, whoever may amend writes a new one that begins with the signed answers.

    Parameters
    ----------
    viewer : Viewer
    case : int
    part : Part
    answers : mapping
        Of the fields that are typed; keys of no such field are left out, as are empty answers.
    revision : int
        That the viewer saw.

    Raises
    ------
    CaseNotFound
        If the case does not exist for the viewer.
    AnsweringNotYours
        If the part is not theirs to write now.
    NoPathway
        If the case follows none.
    AnswerTooLong
        If a text is longer than can be kept.
    StaleAnswer
        If somebody changed them since.
    """
    now = clock.now()
    with transaction.atomic():
        trail.hold()  # two windows at once must find one answer
        row = case_row(viewer, case, to_change=True)
        if not may_answer(viewer, row, part):
            raise AnsweringNotYours("This part of the pathway is not yours to answer now.")
        follows = followed_by(row)
        if follows is None:
            raise NoPathway("This case follows no pathway.")
        before = kept_of(row, part, drafts=True)
        if before.revision != revision:
            raise StaleAnswer("Somebody changed these answers meanwhile; look again first.")
        found = _known(follows.pathway, part, answers)
        if found == _known(follows.pathway, part, before.answers):
            return before
        StructuredAnswer.objects.update_or_create(
            follows_id=follows.number,
            part=part.value,
            opinion=None,
            defaults={
                "answers": found,
                "revision": revision + 1,
                "written_by_id": viewer.user,
                "changed_at": now,
            },
        )
        note(viewer, row, now, {"what": "pathway-answer", "part": part.value})
    return kept(viewer, case, part)


def _known(pathway: Pathway, part: Part, answers: Mapping[str, Any]) -> Raw:
    found: Raw = {}
    for field in typed_fields(pathway, part):
        for key in keys_of(field):
            answer = answers.get(key, "")
            if field.kind is AnswerKind.CHOICES:
                chosen = [answer] if isinstance(answer, str) else answer
                known = [one.id for one in field.options if one.id in chosen]
                if known:
                    found[key] = known
                continue
            text = (answer if isinstance(answer, str) else "").strip()
            if len(text) > LONGEST_TEXT:
                raise AnswerTooLong("An answer is longer than 4000 characters.")
            if text:
                found[key] = text
    return found
