"""Who may sit on a case's panel."""

from __future__ import annotations

from datetime import date
from typing import ClassVar

from django.db.models import Case, F, IntegerField, Q, QuerySet, Value, When

from tongying.consult.people import Role
from tongying.consult.specialty import Specialty
from tongying.kernel.errors import BadInput
from tongying.web.cases.models import CaseRow
from tongying.web.people.models import Member


class InviteeRefused(BadInput):
    """The person chosen cannot sit on this panel."""

    code: ClassVar[str] = "panel.invitee"


def invitees_of(
    row: CaseRow, today: date, specialty: Specialty | None = None, text: str = ""
) -> QuerySet[Member]:
    """Return the query of everybody who may sit on a case's panel.

    They are active experts of any hospital but the one that asks, whose licence has not expired;
    where the answering hospital requires credentials, a licence must be on record.
    """
    licensed = Q(licence_until__gte=today)
    if not row.answering.credentials_required:
        licensed |= Q(licence_until=None)
    found = (
        Member.objects.filter(licensed, role=Role.EXPERT.value, is_active=True)
        .exclude(hospital_id=row.asking_id)
        .select_related("hospital")
    )
    for word in text.split()[:8]:
        found = found.filter(
            Q(name__icontains=word)
            | Q(login__icontains=word)
            | Q(hospital__name__icontains=word)
            | Q(sub_specialty__icontains=word)
        )
    fits = (
        Value(0)
        if specialty is None
        else Case(
            When(specialties__contains=specialty.value, then=Value(0)),
            default=Value(1),
            output_field=IntegerField(),
        )
    )
    home = Case(
        When(hospital_id=row.answering_id, then=Value(0)),
        default=Value(1),
        output_field=IntegerField(),
    )
    return found.alias(fits=fits, home=home).order_by("fits", "home", F("name"), "pk")


def check_invitee(row: CaseRow, member: int | None, today: date) -> None:
    """Raise unless a person may sit on a case's panel.

    Raises
    ------
    InviteeRefused
        If they may not.
    """
    if not invitees_of(row, today).filter(pk=member).exists():
        raise InviteeRefused(
            "A seat is for an active expert with a valid licence, not of the asking hospital."
        )
