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


def test_queries_and_rule_agree(world):
    from tongying.web.cases import store
    from tongying.web.cases.models import CaseRow, CaseStudy
    from tongying.web.cases.rows import case_of
    from tongying.web.records.models import Study
    from tongying.web.records.visible import cases_for, studies_for

    for number, state in enumerate(State):
        study, _, _ = take_in(number, child=f"H-{number}")
        case = store.begin(world.author, study)
        CaseRow.objects.filter(pk=case).update(state=state.value, assignee=world.expert.user)
    take_in(90, child="H-90")
    take_in(91, child="H-91", hospital="CHILDREN")
    take_in(92, child="H-92", hospital="OTHER")

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
    assert len(rows) == len(State)
