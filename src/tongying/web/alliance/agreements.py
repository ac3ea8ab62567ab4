"""Agreements as the desk asks for them: which are there, who answers, whether one may answer."""

from __future__ import annotations

from datetime import datetime

from tongying.consult.agreement import Agreement, check_agreement, needed_scope
from tongying.consult.alliance import answering_for
from tongying.kernel.ids import HospitalCode
from tongying.web.alliance.models import AgreementRow
from tongying.web.alliance.rows import agreement_of, local_zone
from tongying.web.cases.models import CaseRow
from tongying.web.people.models import Hospital
from tongying.web.records.models import Study


def agreements_between(asking: str, answering: str) -> tuple[Agreement, ...]:
    """Return every agreement between two hospitals, oldest first, whatever the day."""
    rows = AgreementRow.objects.filter(asking_id=asking, answering_id=answering)
    return tuple(agreement_of(row) for row in rows.order_by("valid_from"))


def check_may_answer(row: CaseRow, now: datetime) -> None:
    """Raise unless the answering hospital of a case may answer it now.

    A pair without any agreement is held up only where the answering hospital insists on
    credentials; one whose agreement has expired, has not begun or does not cover the study always.

    Raises
    ------
    AgreementMissing
        With the reason.
    """
    subjects = row.studies.filter(prior=False).values_list("study__modalities", flat=True)
    check_agreement(
        agreements_between(row.asking_id, row.answering_id),
        asking=HospitalCode(row.asking_id),
        answering=HospitalCode(row.answering_id),
        modalities={one for text in subjects for one in text.split("\\") if one},
        day=now.astimezone(local_zone()).date(),
        required=row.answering.credentials_required,
    )


def answering_hospital(study: Study, now: datetime) -> Hospital | None:
    """Return the hospital that answers a question about a study, or None where nobody does.

    The nearest hospital above the asking one that answers and has a valid agreement for such a
    study; else the one that has answered longest.
    """
    rows = Hospital.objects.values_list("code", "parent_id", "answers")
    places = rows.order_by("created_at", "code")
    asking = HospitalCode(study.hospital_id)
    code = answering_for(
        asking,
        parents={
            HospitalCode(one): HospitalCode(parent) if parent else None for one, parent, _ in places
        },
        answering=[HospitalCode(one) for one, _, answers in places if answers],
        agreements=[agreement_of(row) for row in AgreementRow.objects.filter(asking_id=asking)],
        day=now.astimezone(local_zone()).date(),
        scope=needed_scope(one for one in study.modalities.split("\\") if one),
    )
    return None if code is None else Hospital.objects.get(code=code)
