"""Between rows and values, for cases."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from tongying.consult.case import Case, Confidence, Question, Urgency
from tongying.consult.desk import Opinion
from tongying.consult.referral import RECEIVING_SEES
from tongying.consult.specialty import Specialty
from tongying.consult.states import State
from tongying.kernel.age import Age, AgeRefused, age_on, corrected_age_on
from tongying.kernel.ids import CaseId, HospitalCode, UserId
from tongying.web.cases.models import CaseRow
from tongying.web.cases.shown import ShownChild, ShownMember
from tongying.web.panels.models import SeatRow
from tongying.web.people.models import Member
from tongying.web.records.models import Child


def case_of(row: CaseRow) -> Case:
    """Return the case that a row keeps."""
    referred = _referred(row)
    return Case(
        id=CaseId(row.pk),
        state=State(row.state),
        asking=HospitalCode(row.asking_id),
        answering=HospitalCode(row.answering_id),
        author=UserId(row.author_id),
        assignee=None if row.assignee_id is None else UserId(row.assignee_id),
        question=question_of(row),
        version=row.version,
        submitted_at=row.submitted_at,
        reason=row.reason,
        paused=timedelta(seconds=row.paused_seconds),
        stopped_at=row.stopped_at,
        booked_for=row.booked_for,
        offered=_offered(row),
        panellists=_panellists(row),
        receiving=frozenset(HospitalCode(code) for code, _ in referred),
        receivers=frozenset(UserId(doctor) for _, doctor in referred if doctor is not None),
    )


def _offered(row: CaseRow) -> frozenset[UserId]:
    if row.state != State.SUBMITTED.value:
        return frozenset()
    return frozenset(UserId(pk) for pk in row.offers.values_list("member_id", flat=True))


def _panellists(row: CaseRow) -> frozenset[UserId]:
    seats = SeatRow.objects.filter(panel__case=row).exclude(member=None)
    return frozenset(UserId(pk) for pk in seats.values_list("member_id", flat=True))


def _referred(row: CaseRow) -> list[tuple[str, int | None]]:
    live = row.referrals.filter(state__in=RECEIVING_SEES)
    return list(live.values_list("receiving_id", "doctor_id"))


def question_of(row: CaseRow) -> Question:
    """Return the question that a row keeps."""
    return Question(
        text=row.text,
        provisional_diagnosis=row.provisional_diagnosis,
        confidence=Confidence(row.confidence) if row.confidence else None,
        urgency=Urgency(row.urgency) if row.urgency else None,
        history=row.history,
        weight_kg=row.weight_kg,
        height_cm=row.height_cm,
        measured_on=row.measured_on,
        gestation_weeks=row.gestation_weeks,
        gestation_days=row.gestation_days,
        specialty=Specialty(row.specialty) if row.specialty else None,
    )


def write_case(row: CaseRow, case: Case, now: datetime) -> None:
    """Put a case into its row; the caller saves it."""
    question = case.question
    row.state = case.state.value
    row.assignee_id = case.assignee
    row.version = case.version
    row.reason = case.reason
    row.submitted_at = case.submitted_at
    row.due_at = case.due_at()
    row.text = question.text
    row.provisional_diagnosis = question.provisional_diagnosis
    row.confidence = question.confidence.value if question.confidence else ""
    row.urgency = question.urgency.value if question.urgency else ""
    row.history = question.history
    row.weight_kg = question.weight_kg
    row.height_cm = question.height_cm
    row.measured_on = question.measured_on
    row.gestation_weeks = question.gestation_weeks
    row.gestation_days = question.gestation_days
    row.specialty = question.specialty.value if question.specialty else ""
    row.paused_seconds = case.paused.total_seconds()
    row.stopped_at = case.stopped_at
    row.booked_for = case.booked_for
    row.revision += 1
    row.changed_at = now


def draft_of(row: CaseRow) -> Opinion:
    """Return the opinion being written."""
    return Opinion(row.draft_answer, row.draft_findings, row.draft_advice)


def number_of(row: CaseRow) -> str:
    """Return the number a case is known by, such as ``TY-2026-000123``."""
    return f"TY-{row.created_at.year}-{row.pk:06d}"


def shown_child(child: Child, on: date | None, gestation_days: int | None = None) -> ShownChild:
    """Return a child as shown, with the ages on a day (None where it is not known)."""
    age: Age | None = None
    corrected: Age | None = None
    if child.birth_date is not None and on is not None:
        try:
            age = age_on(child.birth_date, on)
            if gestation_days is not None:
                corrected = corrected_age_on(child.birth_date, on, gestation_days)
        except AgeRefused:
            age = None
    return ShownChild(
        id=child.pk,
        name=display_name(child),
        name_alphabetic=child.name_alphabetic.replace("^", " ").strip(),
        sex=child.sex,
        birth_date=child.birth_date,
        local_id="" if child.local_id.startswith("?") else child.local_id,
        issuer=child.issuer or child.hospital_id,
        age=age,
        corrected_age=corrected,
    )


def display_name(child: Child) -> str:
    """Return a child's name as people write it."""
    if child.name_ideographic:
        return child.name_ideographic.replace("^", "")
    return child.name_alphabetic.replace("^", " ").strip()


def shown_member(member: Member) -> ShownMember:
    """Return a member as shown; their hospital must have been fetched along."""
    return ShownMember(
        id=member.pk,
        name=member.name,
        title=member.title,
        hospital_code=member.hospital_id,
        hospital=member.hospital.name,
        sub_specialty=member.sub_specialty,
    )
