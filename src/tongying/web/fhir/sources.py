"""Where the resources of each type come from: every query starts from the one access rule."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from tongying.consult.case import Urgency
from tongying.consult.outcome import OutcomeKind
from tongying.consult.people import Viewer
from tongying.web.cases.models import CaseEvent, CaseRow, CaseStudy, OpinionRow
from tongying.web.desk.models import CriticalRow
from tongying.web.fhir import referral_rows, rows
from tongying.web.fhir.conditions import NOTHING
from tongying.web.fhir.mapping.elements import hospital_code
from tongying.web.measurements.rights import measurements_for
from tongying.web.panels.models import SeatRow
from tongying.web.people.models import Hospital, Member
from tongying.web.records.models import Child, Study
from tongying.web.records.visible import cases_for, studies_for
from tongying.web.referrals.models import OutcomeRow, ReferralEvent, ReferralRow
from tongying.web.referrals.rows import with_facts
from tongying.web.referrals.visible import referrals_for


@dataclass(frozen=True, slots=True)
class Source:
    """Where the resources of a type come from.

    Attributes
    ----------
    visible : callable
        From the viewer to the rows that exist for them.
    values : callable
        From the viewer and rows to values.
    key : callable
        From a resource's id to the condition that finds it.
    sorts : dict of str to str
        Column by which a parameter sorts.
    whole : callable or None
        As `values`, for a single resource; None where it is the same.
    conditions : str
        Key of its conditions where a type has several sources; empty: the type's own.
    recent : str
        Column by which resources of several sources are put in order, the newest first.
    """

    visible: Callable[[Viewer], QuerySet[Any]]
    values: Callable[[Viewer, Sequence[Any]], list[Any]]
    key: Callable[[str], Q]
    sorts: dict[str, str]
    whole: Callable[[Viewer, Sequence[Any]], list[Any]] | None = None
    conditions: str = ""
    recent: str = "pk"


def _children(viewer: Viewer) -> QuerySet[Child]:
    return Child.objects.filter(pk__in=studies_for(viewer).values("child_id"))


def _hospitals(viewer: Viewer) -> QuerySet[Hospital]:
    return Hospital.objects.all()


def _members(viewer: Viewer) -> QuerySet[Member]:
    """Return the viewer's colleagues and whoever acted on a case that the viewer sees."""
    seen = cases_for(viewer)
    return Member.objects.filter(
        Q(hospital_id=viewer.hospital)
        | Q(pk__in=seen.values("author_id"))
        | Q(pk__in=seen.filter(assignee__isnull=False).values("assignee_id"))
        | Q(pk__in=OpinionRow.objects.filter(case__in=seen).values("signer_id"))
        | Q(pk__in=CaseEvent.objects.filter(case__in=seen, actor__isnull=False).values("actor_id"))
        | Q(pk__in=SeatRow.objects.filter(panel__case__in=seen).values("member_id"))
        | _named(measurements_for(viewer), "entered_by")
        | _named(CriticalRow.objects.filter(case__in=seen), *_CRITICAL)
        | _named(referrals_for(viewer), "referred_by", "doctor")
        | _named(OutcomeRow.objects.filter(referral__in=referrals_for(viewer)), "recorded_by")
    ).select_related("hospital")


_CRITICAL = ("reported_by", "receiver", "acknowledged_by")


def _named(rows: QuerySet[Any], *columns: str) -> Q:
    found = Q(pk__in=[])
    for column in columns:
        found |= Q(pk__in=rows.values(f"{column}_id"))
    return found


def _studies(viewer: Viewer) -> QuerySet[Study]:
    return studies_for(viewer).select_related("child")


def cases(viewer: Viewer) -> QuerySet[CaseRow]:
    """Return the cases that exist for a viewer, with what `rows.case_values` needs."""
    return (
        cases_for(viewer)
        .select_related(*rows.ABOUT_CASE)
        .annotate(authored_on=Coalesce("submitted_at", "created_at"))
    )


def opinions(viewer: Viewer) -> QuerySet[OpinionRow]:
    """Return every version of the opinions that exist for a viewer."""
    subject = CaseStudy.objects.filter(case=OuterRef("case_id"), prior=False)
    return (
        OpinionRow.objects.filter(case__in=cases_for(viewer))
        .select_related("signer", *(f"case__{name}" for name in rows.ABOUT_CASE))
        .annotate(study_date=Subquery(subject.values("study__date")[:1]))
    )


def _latest_opinions(viewer: Viewer) -> QuerySet[OpinionRow]:
    return opinions(viewer).filter(version=F("case__version"))


def _about_case(prefix: str) -> list[str]:
    return [prefix + name for name in rows.ABOUT_CASE]


def referrals(viewer: Viewer) -> QuerySet[ReferralRow]:
    """Return the referrals that exist for a viewer, with when each last changed."""
    events = ReferralEvent.objects.filter(referral_id=OuterRef("pk")).order_by("-at")
    return (
        with_facts(referrals_for(viewer).filter(case__in=cases_for(viewer)))
        .select_related(*_about_case("case__"))
        .annotate(changed_on=Coalesce(Subquery(events.values("at")[:1]), "sent_at"))
    )


def _referral_times(viewer: Viewer) -> QuerySet[ReferralRow]:
    return referrals(viewer).filter(appointment_at__isnull=False)


def _panel_times(viewer: Viewer) -> QuerySet[CaseRow]:
    return cases(viewer).filter(urgency=Urgency.BOOKED.value, booked_for__isnull=False)


def _outcomes(viewer: Viewer) -> QuerySet[OutcomeRow]:
    return (
        OutcomeRow.objects.filter(
            referral__in=referrals_for(viewer), referral__case__in=cases_for(viewer)
        )
        .select_related("recorded_by", *_about_case("referral__case__"))
        .annotate(changed_on=Coalesce("seen_at", "recorded_at"))
    )


def _procedures(viewer: Viewer) -> QuerySet[OutcomeRow]:
    return _outcomes(viewer).filter(kind=OutcomeKind.PROCEDURE.value)


def _criticals(viewer: Viewer) -> QuerySet[CriticalRow]:
    return (
        CriticalRow.objects.filter(case__in=cases_for(viewer))
        .select_related(*_CRITICAL, *_about_case("case__"))
        .annotate(changed_on=Coalesce("acknowledged_at", "found_at"))
    )


def _prefixed(prefix: str, column: str = "pk") -> Callable[[str], Q]:
    def key(id_: str) -> Q:
        head, _, number = id_.partition("-")
        return number_key(column, number) if head == prefix else NOTHING

    return key


def number_key(column: str, id_: str) -> Q:
    """Return the condition that a numeric column is a resource's id."""
    fits = re.fullmatch(r"[0-9]{1,18}", id_) is not None
    return Q(**{column: int(id_)}) if fits else NOTHING


def pk_key(id_: str) -> Q:
    """Return the condition that a row's key is a resource's id."""
    return number_key("pk", id_)


def _version(id_: str) -> Q:
    case, _, version = id_.partition("-")
    return number_key("case_id", case) & number_key("version", version)


_OPINION_SORTS = {"_id": "case_id", "issued": "signed_at", "date": "study_date"}
_ALONE: dict[str, Source] = {
    "Patient": Source(
        _children, rows.child_values, pk_key, {"_id": "pk", "birthdate": "birth_date"}
    ),
    "Organization": Source(
        _hospitals, rows.hospital_values, lambda id_: Q(pk=hospital_code(id_)), {"_id": "pk"}
    ),
    "Practitioner": Source(_members, rows.member_values, pk_key, {"_id": "pk"}),
    "PractitionerRole": Source(_members, rows.member_values, pk_key, {"_id": "pk"}),
    "ImagingStudy": Source(
        _studies,
        rows.study_values,
        pk_key,
        {"_id": "pk", "started": "date", "_lastUpdated": "changed_at"},
        rows.whole_study_values,
    ),
    "DiagnosticReport": Source(
        _latest_opinions,
        rows.opinion_values,
        lambda id_: number_key("case_id", id_),
        {**_OPINION_SORTS, "_lastUpdated": "signed_at"},
    ),
    "Provenance": Source(
        opinions, rows.opinion_values, _version, {"_id": "case_id", "recorded": "signed_at"}
    ),
    "Procedure": Source(
        _procedures,
        referral_rows.outcome_values,
        pk_key,
        {"_id": "pk", "date": "happened_on", "_lastUpdated": "recorded_at"},
    ),
}

SOURCES: dict[str, tuple[Source, ...]] = {
    **{kind: (source,) for kind, source in _ALONE.items()},
    "ServiceRequest": (
        Source(
            cases,
            rows.case_values,
            pk_key,
            {
                "_id": "pk",
                "authored": "authored_on",
                "occurrence": "booked_for",
                "_lastUpdated": "changed_at",
            },
            recent="authored_on",
        ),
        Source(
            referrals,
            referral_rows.referral_values,
            _prefixed("referral"),
            {
                "_id": "pk",
                "authored": "sent_at",
                "occurrence": "appointment_at",
                "_lastUpdated": "changed_on",
            },
            conditions="ServiceRequest referral",
            recent="sent_at",
        ),
    ),
    "Task": (
        Source(
            cases,
            rows.case_values,
            pk_key,
            {
                "_id": "pk",
                "authored-on": "created_at",
                "modified": "changed_at",
                "_lastUpdated": "changed_at",
            },
            recent="created_at",
        ),
        Source(
            referrals,
            referral_rows.referral_values,
            _prefixed("referral"),
            {
                "_id": "pk",
                "authored-on": "sent_at",
                "modified": "changed_on",
                "_lastUpdated": "changed_on",
            },
            conditions="Task referral",
            recent="sent_at",
        ),
    ),
    "Appointment": (
        Source(
            _referral_times,
            referral_rows.referral_values,
            _prefixed("referral"),
            {"_id": "pk", "date": "appointment_at", "_lastUpdated": "changed_on"},
            recent="appointment_at",
        ),
        Source(
            _panel_times,
            referral_rows.panel_values,
            _prefixed("panel"),
            {"_id": "pk", "date": "booked_for", "_lastUpdated": "changed_at"},
            conditions="Appointment panel",
            recent="booked_for",
        ),
    ),
    "Communication": (
        Source(
            _criticals,
            referral_rows.critical_values,
            _prefixed("critical"),
            {
                "_id": "pk",
                "sent": "found_at",
                "received": "acknowledged_at",
                "_lastUpdated": "changed_on",
            },
            recent="found_at",
        ),
        Source(
            _outcomes,
            referral_rows.outcome_values,
            _prefixed("outcome"),
            {
                "_id": "pk",
                "sent": "recorded_at",
                "received": "seen_at",
                "_lastUpdated": "changed_on",
            },
            conditions="Communication outcome",
            recent="recorded_at",
        ),
    ),
}
"""By resource type; a type with several sources has the rows of all of them."""
