"""From the values that stores return to the API's schemas."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from tongying.consult.case import Question, Urgency
from tongying.consult.desk import Opinion
from tongying.kernel.age import Age
from tongying.web.api.schemas import (
    AgeOut,
    CaseOut,
    CaseStudyOut,
    ChildOut,
    DocumentOut,
    EventOut,
    KeyImageOut,
    ListedCase,
    ListedStudy,
    MemberOut,
    OpinionFields,
    OpinionOut,
    QuestionFields,
    SeriesOut,
)
from tongying.web.api.store import FoundStudy
from tongying.web.cases.shown import (
    CaseView,
    ShownChild,
    ShownEvent,
    ShownMember,
    ShownOpinion,
    ShownStudy,
    WorklistRow,
)


def question_of(fields: QuestionFields) -> Question:
    """Return the question that was sent."""
    return Question(**{name: getattr(fields, name) for name in QuestionFields.model_fields})


def opinion_of(fields: OpinionFields) -> Opinion:
    """Return the opinion that was sent."""
    return Opinion(fields.answer, fields.findings, fields.advice)


def listed_study(found: FoundStudy) -> ListedStudy:
    """Return a study with its child."""
    return ListedStudy(child=_child(found.child), **_study(found.study))


def listed_case(row: WorklistRow) -> ListedCase:
    """Return a line of the worklist."""
    return ListedCase(
        id=row.id,
        number=row.number,
        state=row.state,
        urgency=Urgency(row.urgency) if row.urgency else None,
        due_at=row.due_at,
        submitted_at=row.submitted_at,
        child=_child(row.child),
        question=row.question,
        asking=row.asking,
        answering=row.answering,
        modalities=list(row.modalities),
        assignee=row.assignee or None,
        mine=row.mine,
    )


def case_out(view: CaseView) -> CaseOut:
    """Return a whole case."""
    case = view.case
    return CaseOut(
        id=case.id,
        number=view.number,
        state=case.state,
        revision=view.revision,
        asking=case.asking,
        answering=case.answering,
        submitted_at=case.submitted_at,
        due_at=view.due_at,
        child=_child(view.child),
        author=_member(view.author),
        assignee=None if view.assignee is None else _member(view.assignee),
        question=QuestionFields(**asdict(case.question)),
        studies=[_case_study(study) for study in view.studies],
        key_images=[KeyImageOut(**asdict(image)) for image in view.key_images],
        draft=OpinionFields(**asdict(view.draft)),
        opinions=[_opinion(signed) for signed in view.opinions],
        events=[_event(event) for event in view.events],
        moves=list(view.moves),
    )


def _age(age: Age | None) -> AgeOut | None:
    if age is None:
        return None
    return AgeOut(
        days=age.days, months=age.months, english=age.in_english(), chinese=age.in_chinese()
    )


def _child(child: ShownChild) -> ChildOut:
    return ChildOut(
        id=child.id,
        name=child.name,
        name_alphabetic=child.name_alphabetic,
        sex=child.sex or None,
        birth_date=child.birth_date,
        local_id=child.local_id or None,
        issuer=child.issuer,
        age=_age(child.age),
        corrected_age=_age(child.corrected_age),
    )


def _member(member: ShownMember) -> MemberOut:
    return MemberOut(**asdict(member))


def _study(study: ShownStudy) -> dict[str, Any]:
    return {
        "uid": study.uid,
        "date": study.date,
        "description": study.description,
        "accession_number": study.accession_number,
        "modalities": list(study.modalities),
        "hospital": study.hospital,
        "instance_count": study.instance_count,
        "caveats": list(study.caveats),
    }


def _case_study(study: ShownStudy) -> CaseStudyOut:
    series = [
        SeriesOut(
            uid=one.uid,
            number=one.number,
            modality=one.modality,
            description=one.description,
            instance_count=one.instance_count,
            frame_count=one.frame_count,
        )
        for one in study.series
    ]
    return CaseStudyOut(prior=study.prior, series=series, **_study(study))


def _opinion(signed: ShownOpinion) -> OpinionOut:
    return OpinionOut(
        **asdict(signed.opinion),
        version=signed.version,
        amendment_reason=signed.amendment_reason or None,
        signer=_member(signed.signer),
        signed_at=signed.signed_at,
        sha256=signed.digest,
        acknowledged_by=signed.acknowledged_by or None,
        acknowledged_at=signed.acknowledged_at,
        documents=[
            DocumentOut(kind=one.kind, size=one.size, sop_uid=one.sop_uid or None)
            for one in signed.documents
        ],
    )


def _event(event: ShownEvent) -> EventOut:
    return EventOut(
        at=event.at,
        actor=event.actor or None,
        move=event.move,
        state=event.state,
        reason=event.reason or None,
        assignee=event.assignee or None,
    )
