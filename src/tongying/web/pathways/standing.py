"""How a case stands on its pathway: what is answered, measured, graded, missing, due."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from tongying.consult.people import Viewer
from tongying.measure.recipe import ChildKnown, Grade
from tongying.pathway.answers import Answers, keys_of, read_answers
from tongying.pathway.asking import Place, asked_now, asked_of_question, unanswered
from tongying.pathway.critical import spoken_for
from tongying.pathway.definition import (
    AnswerKind,
    CriticalFinding,
    Pathway,
    ToMeasure,
)
from tongying.pathway.follow_up import NextLook, next_looks
from tongying.pathway.grading import graded
from tongying.pathway.intake import Known, Missing, still_missing, still_to_measure
from tongying.web.cases.models import CaseRow
from tongying.web.pathways.answering import Kept, Part, kept_of, may_answer
from tongying.web.pathways.drafting import drafted, grade_from
from tongying.web.pathways.following import Followed, case_row, followed_by, may_choose
from tongying.web.pathways.known import (
    child_known,
    examined_on,
    facts_told,
    measured_names,
    own_value,
    sent_for,
    subject_study,
    taken,
)
from tongying.web.records.models import Study


@dataclass(frozen=True, slots=True)
class Told:
    """The answers of a case with what they were read beside.

    Attributes
    ----------
    answers : Answers
        Of intake and report, with the measured values and the grades; as they were signed where
        the report is frozen.
    intake, report : Kept
    child : ChildKnown
        On the day of the examination.
    on : date
        Of the examination.
    measured : mapping of str to str
        Code of the measurement that answers a field, by the answer's key; empty where the report
        is frozen.
    drafted : mapping of str to Grade
        What a drawing says of a choice that a person makes, by the answer's key; empty where the
        report is frozen.
    """

    answers: Answers
    intake: Kept
    report: Kept
    child: ChildKnown
    on: date
    measured: Mapping[str, str]
    drafted: Mapping[str, Grade] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Standing:
    """How a case stands on its pathway, for a viewer.

    Attributes
    ----------
    followed : Followed
    told : Told
    missing : tuple of Missing
        Of what the pathway wants sent.
    to_measure : tuple of ToMeasure
        Not measured yet.
    asked, asked_of_question : tuple of Place
        Where an answer of the report, of the intake may stand now.
    open : tuple of Place
        Mandatory and not answered.
    spoken_for : tuple of CriticalFinding
        What the answers say should be told at once.
    looks : tuple of NextLook
    writes : frozenset of Part
        What the viewer may write now.
    chooses : bool
        Whether the viewer may choose another pathway now.
    """

    followed: Followed
    told: Told
    missing: tuple[Missing, ...]
    to_measure: tuple[ToMeasure, ...]
    asked: tuple[Place, ...]
    asked_of_question: tuple[Place, ...]
    open: tuple[Place, ...]
    spoken_for: tuple[CriticalFinding, ...]
    looks: tuple[NextLook, ...]
    writes: frozenset[Part]
    chooses: bool

    @property
    def pathway(self) -> Pathway:
        """What is followed."""
        return self.followed.pathway


def standing_of(viewer: Viewer, case: int) -> Standing | None:
    """Return how a case stands on its pathway; None where it follows none.

    Raises
    ------
    CaseNotFound
        If the case does not exist for the viewer.
    tongying.pathway.faults.PathwayRefused
        If the pathway's text is of a form that this version cannot read.
    """
    row = case_row(viewer, case)
    followed = followed_by(row)
    if followed is None:
        return None
    writes = frozenset(part for part in Part if may_answer(viewer, row, part))
    subject = subject_study(row)
    told = told_of(row, followed.pathway, drafts=Part.REPORT in writes, subject=subject)
    pathway, answers, child = followed.pathway, told.answers, told.child
    known = Known(child, facts_told(row, child), sent_for(row, subject), answers)
    return Standing(
        followed=followed,
        told=told,
        missing=still_missing(pathway, known),
        to_measure=still_to_measure(pathway, child, measured_names(row, subject)),
        asked=asked_now(pathway, answers, child),
        asked_of_question=asked_of_question(pathway, answers, child),
        open=unanswered(pathway, answers, child),
        spoken_for=spoken_for(pathway, answers),
        looks=next_looks(pathway, answers, child, told.on),
        writes=writes,
        chooses=may_choose(viewer, row),
    )


def told_of(row: CaseRow, pathway: Pathway, *, drafts: bool, subject: Study | None = None) -> Told:
    """Return what is answered in a case.

    Parameters
    ----------
    row : CaseRow
    pathway : Pathway
        That it follows.
    drafts : bool
        Whether a report that is not signed yet counts.
    subject : Study, optional
        That the case asks about, where it is read already.
    """
    subject = subject or subject_study(row)
    on = examined_on(row, subject)
    child = child_known(subject, on)
    intake = kept_of(row, Part.INTAKE, drafts=True)
    report = kept_of(row, Part.REPORT, drafts=drafts)
    if report.version is not None:
        answers = as_signed(pathway, intake.answers, report.answers)
        return Told(answers, intake, report, child, on, {})
    found = taken(row, subject, pathway)
    values = {key: own_value(one) for key, one in found.items()}
    raw = {key: value for key, value in values.items() if value is not None}
    answers = graded(
        pathway, read_answers(pathway, {**intake.answers, **report.answers, **raw}), child
    )
    codes = {key: found[key].code for key in raw if key in answers.values}
    return Told(answers, intake, report, child, on, codes, drafted(subject, pathway))


def as_signed(pathway: Pathway, intake: Mapping[str, Any], report: Mapping[str, Any]) -> Answers:
    """Return answers as they were frozen: grades are told as they were then, not anew."""
    answers = read_answers(pathway, {**intake, **report})
    grades = {
        key: grade_from(report[key])
        for one in pathway.fields()
        if one.kind is AnswerKind.GRADE
        for key in keys_of(one)
        if key in report
    }
    return replace(answers, grades=grades)
