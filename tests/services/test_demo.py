"""The demo alliance: complete, labelled, under no real identity, and refused where data are."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tongying.consult.case import Question
from tongying.consult.people import Role
from tongying.consult.states import State
from tongying.services.demo_cases import CASES
from tongying.services.demo_people import HOSPITALS, PEOPLE
from tongying.services.demo_studies import BORROWED, demo_studies

NOW = datetime(2026, 11, 22, 1, 0, tzinfo=UTC)
ENOUGH_S = 240
"""Ends a hanging run; on a quiet machine the demo takes well under a minute."""


def run(data: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "tongying.services.cli", *arguments, "--data", str(data)],
        capture_output=True,
        text=True,
        timeout=ENOUGH_S,
        env={key: value for key, value in os.environ.items() if not key.startswith("TONGYING_")},
    )


def test_demo_end_to_end(tmp_path: Path) -> None:
    data = tmp_path / "data"
    made = run(data, "demo", "--json")
    assert made.returncode == 0, made.stderr
    result = json.loads(made.stdout)
    assert (len(result["hospitals"]), result["members"]) == (123, 262)
    assert result["images"]["CT"] == 81
    assert result["images"]["PT"] == 80
    assert result["cases"] == Counter(case.state.value for case in CASES)
    kept = data / "demo.txt"
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert result["password"] in kept.read_text(encoding="utf-8")
    checked = run(data, "verify", "--json")
    assert checked.returncode == 0, checked.stdout
    assert json.loads(checked.stdout)["instances"] == sum(result["images"].values())
    again = run(data, "demo", "--json")
    assert again.returncode == 2
    assert json.loads(again.stdout)["code"] == "demo.not-empty"


def test_every_study_says_where_its_pictures_come_from() -> None:
    for study in demo_studies(now=NOW):
        assert study.provenance_zh
        assert study.provenance_en
        if study.provenance_zh == BORROWED[0]:
            for dataset in study.instances():
                assert study.provenance_en in dataset.ImageComments
                assert str(dataset.PatientName) == study.name
                assert dataset.StudyInstanceUID == study.study_uid
                assert not [element for element in dataset if element.tag.is_private]
        else:
            dataset = next(study.instances())
            assert study.provenance_zh in dataset.ImageComments


def test_studies_are_plausible_and_lie_before_now() -> None:
    studies = list(demo_studies(now=NOW))
    codes = {hospital.code for hospital in HOSPITALS}
    assert 12 <= len(studies) <= 30
    assert {study.hospital_code for study in studies} == codes
    assert len({study.study_uid for study in studies}) == len(studies)
    for study in studies:
        assert study.at < NOW
        assert study.birth_date < study.at.date()
        years = (NOW.date() - study.birth_date).days / 365.25
        # The one adult is a mother, whose fetal study is filed with her child.
        assert 20 < years < 45 if study.key == "zhao-fetal" else 0 <= years < 13
    owners: dict[str, set[tuple[str, str]]] = {}
    for study in studies:
        owners.setdefault(study.patient_id, set()).add((study.hospital_code, study.name))
    assert Counter(len(one) for one in owners.values())[2] == 1
    visits = Counter((study.hospital_code, study.patient_id) for study in studies)
    assert sorted(visits.values())[-4:] == [2, 2, 3, 4]


def test_the_same_moment_gives_the_same_studies() -> None:
    first, second = (
        [(study.study_uid, study.at, study.birth_date) for study in demo_studies(now=NOW)]
        for _ in range(2)
    )
    assert first == second


def test_cases_can_be_played() -> None:
    studies = {study.key: study for study in demo_studies(now=NOW)}
    people = {person.login: person for person in PEOPLE}
    for case in CASES:
        study, author = studies[case.study], people[case.author]
        assert (author.role, author.hospital) == (Role.REQUESTER, study.hospital_code)
        question = Question(case.text, case.provisional_diagnosis, case.confidence, case.urgency)
        assert not question.faults()
        assert (case.opinion is None) == (case.state not in (State.SIGNED, State.ACKNOWLEDGED))
        if case.state not in (State.DRAFT, State.SUBMITTED):
            assert people[case.expert].role is Role.EXPERT


@pytest.mark.parametrize("role", list(Role))
def test_every_role_has_somebody(role: Role) -> None:
    assert any(person.role is role for person in PEOPLE)
