"""The queries of the web give exactly what the access rule says: every role, hospital and state."""

from __future__ import annotations

from itertools import product

import pytest
from consult_world import make_world, take_in

from tongying.consult.access import may_see_case, may_see_study
from tongying.consult.people import Role, Viewer
from tongying.consult.states import State
from tongying.kernel.ids import HospitalCode


@pytest.fixture
def world(db, data_dir):
    return make_world()


def concern(case: int, way: str, expert: int) -> None:
    """Make a case concern an expert, or the hospital OTHER, in one of the ways there are."""
    from django.utils import timezone

    from tongying.web.desk.models import OfferRow
    from tongying.web.panels.models import PanelRow, SeatRow
    from tongying.web.referrals.models import ReferralRow

    now = timezone.now()
    if way == "offered":
        OfferRow.objects.create(case_id=case, member_id=expert, at=now)
    elif way in ("invited", "excused"):
        panel = PanelRow.objects.create(case_id=case, state="gathering", created_at=now)
        member = expert if way == "invited" else None
        SeatRow.objects.create(panel=panel, specialty="surgery", member_id=member, state="invited")
    elif way in ("referred", "received", "declined"):
        ReferralRow.objects.create(
            case_id=case,
            receiving_id="OTHER",
            doctor_id=expert if way == "received" else None,
            referred_by_id=expert,
            state={"referred": "sent", "received": "accepted", "declined": "declined"}[way],
            reason="x",
            urgency="urgent",
            code=f"CODE{case}",
            sent_at=now,
        )


def test_queries_and_rule_agree(world):
    from tongying.web.cases import store
    from tongying.web.cases.models import CaseRow, CaseStudy
    from tongying.web.cases.rows import case_of
    from tongying.web.records.models import Study
    from tongying.web.records.visible import cases_for, studies_for

    ways = ("assigned", "offered", "invited", "excused", "referred", "received", "declined", "none")
    for number, (state, way) in enumerate(product(State, ways)):
        study, _, _ = take_in(number, child=f"H-{number}")
        case = store.begin(world.author, study)
        expert = world.expert.user if way == "assigned" else None
        CaseRow.objects.filter(pk=case).update(state=state.value, assignee=expert)
        concern(case, way, world.expert.user)
    take_in(990, child="H-990")
    take_in(991, child="H-991", hospital="CHILDREN")
    take_in(992, child="H-992", hospital="OTHER")

    rows = list(CaseRow.objects.order_by("pk"))
    studies = list(Study.objects.order_by("pk"))
    shows = {
        study.pk: [
            case_of(link.case)
            for link in CaseStudy.objects.filter(study=study).select_related("case")
        ]
        for study in studies
    }
    users = [world.author.user, world.expert.user, world.stranger.user]
    seen = 0
    for role, hospital, user in product(Role, ("COUNTY", "CHILDREN", "OTHER"), users):
        viewer = Viewer(user, "x", HospitalCode(hospital), role)
        cases = {row.pk for row in rows if may_see_case(viewer, case_of(row))}
        assert set(cases_for(viewer).values_list("pk", flat=True)) == cases, viewer
        allowed = {
            study.pk
            for study in studies
            if may_see_study(viewer, HospitalCode(study.hospital_id), shows[study.pk])
        }
        assert set(studies_for(viewer).values_list("pk", flat=True)) == allowed, viewer
        seen += len(cases)
    assert 0 < seen < len(rows) * len(users) * 3 * len(Role)
    assert len(rows) == len(State) * len(ways)
