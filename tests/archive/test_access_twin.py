"""The access rule's queries are the twin of `consult.access`, which is the oracle here."""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import pytest
from archive_bytes import bring, image
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tongying.archive.query import Level, Query
from tongying.consult.access import may_see_case, may_see_study
from tongying.consult.case import Case
from tongying.consult.people import Role, Viewer
from tongying.consult.states import State
from tongying.kernel.ids import HospitalCode, UserId
from tongying.web.cases.models import CaseRow, CaseStudy
from tongying.web.cases.rows import case_of
from tongying.web.people.models import Hospital, Member
from tongying.web.records.models import Study
from tongying.web.records.reading import ObjectNotFound, Place, locate, locate_one, metadata
from tongying.web.records.search import search
from tongying.web.records.visible import cases_for, studies_for

HOSPITALS = ("ONE", "TWO", "SIX")
STUDIES = tuple(f"1.2.3.{number}" for number in range(1, 5))
"""The first is at ONE and at TWO."""
OWNERS = (("ONE", STUDIES[0]), ("TWO", STUDIES[0]), ("ONE", STUDIES[1]), ("TWO", STUDIES[2]))


@dataclass(frozen=True)
class Drawn:
    state: State
    asking: str
    answering: str
    author: int
    assignee: int | None
    studies: frozenset[int]


PEOPLE = tuple(itertools.product(HOSPITALS, Role))
drawn_cases = st.lists(
    st.builds(
        Drawn,
        state=st.sampled_from(State),
        asking=st.sampled_from(HOSPITALS),
        answering=st.sampled_from(HOSPITALS),
        author=st.integers(0, len(PEOPLE) - 1),
        assignee=st.none() | st.integers(0, len(PEOPLE) - 1),
        studies=st.frozensets(st.integers(0, len(OWNERS) - 1), max_size=3),
    ),
    max_size=4,
)


@pytest.fixture
def people(db: None) -> list[Member]:
    for code in HOSPITALS:
        Hospital.objects.create(code=code, name=code, ae_title=code)
    for hospital, study in OWNERS:
        bring(hospital, image(study), image(study, number=2))
    return [
        Member.objects.create(
            login=f"{hospital}-{role.value}".lower(),
            name="n",
            hospital_id=hospital,
            role=role.value,
            password="!",
        )
        for hospital, role in PEOPLE
    ]


def keep(drawn: list[Drawn], people: list[Member]) -> list[tuple[Case, frozenset[int]]]:
    """Make the rows; return the same cases as the rule sees them."""
    CaseStudy.objects.all().delete()
    CaseRow.objects.all().delete()
    now = timezone.now()
    rows = {(row.hospital_id, row.uid): row for row in Study.objects.select_related("child")}
    found = []
    for one in drawn:
        row = CaseRow.objects.create(
            state=one.state.value,
            asking_id=one.asking,
            answering_id=one.answering,
            author=people[one.author],
            assignee=None if one.assignee is None else people[one.assignee],
            child=rows[OWNERS[0]].child,
            created_at=now,
            changed_at=now,
        )
        # A case shows studies of the hospital that asks.
        shown = frozenset(study for study in one.studies if OWNERS[study][0] == one.asking)
        for study in shown:
            CaseStudy.objects.create(case=row, study=rows[OWNERS[study]])
        found.append((case_of(row), shown))
    return found


@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(drawn=drawn_cases, who=st.integers(0, len(PEOPLE) - 1))
def test_queries_show_what_the_rule_shows(
    people: list[Member], drawn: list[Drawn], who: int
) -> None:
    cases = keep(drawn, people)
    hospital, role = PEOPLE[who]
    viewer = Viewer(UserId(people[who].pk), people[who].login, HospitalCode(hospital), role)
    seen = {
        owner
        for number, owner in enumerate(OWNERS)
        if may_see_study(
            viewer,
            HospitalCode(owner[0]),
            [case for case, studies in cases if number in studies],
        )
    }
    assert cases_for(viewer).count() == sum(may_see_case(viewer, case) for case, _ in cases)
    assert set(studies_for(viewer).values_list("hospital_id", "uid")) == seen
    for level, factor in ((Level.STUDY, 1), (Level.SERIES, 1), (Level.IMAGE, 2)):
        found = search(viewer, Query(level))
        # Of a study that two hospitals have, a viewer with a copy of their own sees that alone.
        own = {uid for owner, uid in seen if owner == viewer.hospital}
        shown = {one for one in seen if one[0] == viewer.hospital or one[1] not in own}
        assert sorted(found.hospitals) == sorted(owner for owner, _ in shown for _ in range(factor))
    for uid in STUDIES:
        for place in (
            Place(uid),
            Place(uid, f"{uid}.1"),
            Place(uid, f"{uid}.1", f"{uid}.1.1"),
        ):
            owners = {owner for owner, seen_uid in seen if seen_uid == uid}
            if not owners:
                for read in (locate, metadata, locate_one):
                    with pytest.raises(ObjectNotFound):
                        read(viewer, place, door="test")
                continue
            expected = {viewer.hospital} if viewer.hospital in owners else owners
            located = locate(viewer, place, door="test")
            assert {one.hospital for one in located} <= expected
            assert len({one.hospital for one in located}) == 1
            assert locate_one(viewer, place, door="test").hospital in expected
            assert len(list(metadata(viewer, place, door="test"))) == len(located)
