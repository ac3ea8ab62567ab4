"""What a case tells a pathway: which measurement answers a field, what was sent, which facts."""

from __future__ import annotations

import archive_world as world
import case_world
import pytest

from tongying.pathway.definition import Fact
from tongying.pathway.reading import read_pathway
from tongying.web.cases.models import CaseRow
from tongying.web.measurements.store import Asked, Entry, enter
from tongying.web.pathways.known import (
    child_known,
    examined_on,
    facts_told,
    measured_names,
    sent_for,
    subject_study,
    taken,
)

pytestmark = pytest.mark.django_db
TEXT = """\
pathway: kidneys
version: 1
name: {en: Kidneys, zh: 肾脏}
specialty: urology
keywords: [肾]
sources: ["An example of the tests."]
intake:
  - {id: sex, words: {en: Sex, zh: 性别}, fact: sex}
report:
  - id: size
    words: {en: Size, zh: 大小}
    fields:
      - {id: both, kind: measure, sides: yes, measure: kidney-length, words: {en: Length, zh: 长径}}
      - {id: one, kind: measure, measure: kidney-length, words: {en: Length, zh: 长径}}
      - {id: spleen, kind: measure, measure: spleen-length, words: {en: Spleen, zh: 脾长径}}
"""


@pytest.fixture
def case(db: None) -> CaseRow:
    case_world.build()
    return CaseRow.objects.get(pk=case_world.submitted())


def put(case: CaseRow, measure: str, value: float, side: str = "") -> str:
    entry = Entry(Asked(case=case.pk, study=world.STUDY), measure, value, "mm", side=side)
    return enter(world.viewer("requester"), entry)


def answered(case: CaseRow) -> dict[str, str]:
    pathway = read_pathway(TEXT, name="kidneys")
    return {key: row.code for key, row in taken(case, subject_study(case), pathway).items()}


def test_a_side_is_answered_by_its_own_side_only(case: CaseRow) -> None:
    right = put(case, "kidney-length", 62.0, "R")
    assert answered(case) == {"both.R": right, "one": right}
    left = put(case, "kidney-length", 64.0, "L")
    assert answered(case) == {"both.R": right, "both.L": left}


def test_a_value_of_no_known_side_answers_no_side(case: CaseRow) -> None:
    plain = put(case, "kidney-length", 62.0)
    assert answered(case) == {"one": plain}
    put(case, "spleen-length", 75.0)
    assert measured_names(case, subject_study(case)) == {"kidney-length", "spleen-length"}


def test_the_child_and_the_facts_are_those_of_the_day_of_the_study(case: CaseRow) -> None:
    study = subject_study(case)
    on = examined_on(case, study)
    child = child_known(study, on)
    assert on.isoformat() == "2026-03-01"
    assert (child.age_days, child.corrected_age_days, child.weight_kg) == (730, None, 11.4)
    told = facts_told(case, child)
    assert told == {Fact.BIRTH_DATE, Fact.SEX, Fact.WEIGHT, Fact.PROVISIONAL_DIAGNOSIS}


def test_what_was_sent_says_kind_part_and_number(case: CaseRow) -> None:
    (sent,) = sent_for(case, subject_study(case))
    assert (sent.modalities, sent.regions, sent.instances) == ({"CT"}, {"chest"}, 1)
