"""The access rule as queries: the twin of `tongying.consult.access`, tested against it.

Everything that shows a child's data (pages, DICOMweb, FHIR, DIMSE) starts from these two.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db.models import Q, QuerySet

from tongying.consult.people import Role, Viewer
from tongying.consult.referral import RECEIVING_SEES
from tongying.consult.states import PRIVATE, State
from tongying.web.ai.models import ReadRow
from tongying.web.cases.models import CaseRow, CaseStudy
from tongying.web.desk.models import OfferRow
from tongying.web.panels.models import SeatRow
from tongying.web.records.models import Study
from tongying.web.referrals.models import ReferralRow

NO_ROW = -1
"""No row has this number; an empty list would leave nothing to compile once."""
READERS = frozenset({Role.REQUESTER, Role.EXPERT, Role.TRAINEE})
"""Who reads images: they see what a model made of a study after their own read of it."""
OWN_READ = "before"
"""Phase of the read that somebody commits before a model's results are shown."""
_PRIVATE = [state.value for state in PRIVATE]


def _invited(viewer: Viewer, prefix: str = "") -> Q:
    """Return the condition under which a case is open to a viewer from outside the asking side."""
    pk = f"{prefix}pk__in"
    live = ReferralRow.objects.filter(state__in=RECEIVING_SEES)
    if viewer.role is Role.EXPERT:
        seats = SeatRow.objects.filter(member_id=viewer.user).values("panel__case_id")
        offers = OfferRow.objects.filter(
            member_id=viewer.user, case__state=State.SUBMITTED.value
        ).values("case_id")
        invited = (
            Q(**{f"{prefix}assignee_id": viewer.user})
            | Q(**{pk: offers})
            | Q(**{pk: seats})
            | Q(**{pk: live.filter(doctor_id=viewer.user).values("case_id")})
        )
    elif viewer.role is Role.COORDINATOR:
        referred = live.filter(receiving_id=viewer.hospital).values("case_id")
        invited = Q(**{f"{prefix}answering_id": viewer.hospital}) | Q(**{pk: referred})
    else:
        return Q(pk__in=[])
    return invited & ~Q(**{f"{prefix}state__in": _PRIVATE})


def cases_for(viewer: Viewer) -> QuerySet[CaseRow]:
    """Return the cases that exist for a viewer."""
    if viewer.role is Role.VENDOR:
        return CaseRow.objects.none()
    own = Q(asking_id=viewer.hospital) & (Q(author_id=viewer.user) | ~Q(state__in=_PRIVATE))
    return CaseRow.objects.filter(own | _invited(viewer))


def studies_for(viewer: Viewer) -> QuerySet[Study]:
    """Return the studies that exist for a viewer."""
    return Study.objects.filter(studies_condition(viewer))


def studies_condition(viewer: Viewer, prefix: str = "") -> Q:
    """Return the same rule as a condition, for queries that start elsewhere.

    Only an expert or a coordinator can be invited from outside, so for everybody else the rule is
    one indexed comparison.

    Parameters
    ----------
    viewer : Viewer
    prefix : str, optional
        From the table a query starts at to `Study`, such as ``"series__study__"``.
    """
    if viewer.role is Role.VENDOR:
        return Q(**{f"{prefix}pk": NO_ROW})
    own = Q(**{f"{prefix}hospital_id": viewer.hospital})
    if viewer.role not in (Role.EXPERT, Role.COORDINATOR):
        return own
    invited = CaseStudy.objects.filter(_invited(viewer, "case__")).values("study_id")
    return own | Q(**{f"{prefix}pk__in": invited})


def series_condition(viewer: Viewer, prefix: str = "") -> Q:
    """Return the condition under which a series of a study that the viewer sees exists for them.

    What a model made, and what a colleague said of it, is not there for somebody who reads images
    and has not committed an own read of the study. Others read nothing, and look after the archive.
    What a performer outside stored for a model in shadow exists for nobody.

    Parameters
    ----------
    viewer : Viewer
    prefix : str, optional
        From the table a query starts at to `Series`, such as ``"series__"``.
    """
    ordinary = Q(**{f"{prefix}ai_made__isnull": True})
    spoken = Q(**{f"{prefix}ai_made__shadow": False})
    if viewer.role in READERS:
        spoken &= Q(**{f"{prefix}study__in": reads_of(viewer)})
    return ordinary | spoken


def reads_of(viewer: Viewer) -> QuerySet[ReadRow, int]:
    """Return the studies of which a viewer committed an own read, by the key of their row."""
    own = ReadRow.objects.filter(reader_id=viewer.user, phase=OWN_READ)
    return own.values_list("study_id", flat=True)


def rule_values(viewer: Viewer, *, series: bool = False) -> list[str | int]:
    """Return what the condition depends on besides the role, for `tongying.web.prepared`.

    Parameters
    ----------
    viewer : Viewer
    series : bool, optional
        Whether `series_condition` is part of it.
    """
    if viewer.role is Role.VENDOR:
        return []
    values: list[str | int] = [viewer.hospital]
    if _asks_who(viewer, series=series):
        values.append(viewer.user)
    return values


def rule_viewer(viewer: Viewer, given: Iterator[Any], *, series: bool = False) -> Viewer:
    """Return a viewer of the same role with values of `rule_values` taken from `given`."""
    if viewer.role is Role.VENDOR:
        return viewer
    hospital = next(given)
    user = next(given) if _asks_who(viewer, series=series) else viewer.user
    return Viewer(user, viewer.login, hospital, viewer.role)


def _asks_who(viewer: Viewer, *, series: bool) -> bool:
    return viewer.role is Role.EXPERT or (series and viewer.role in READERS)
