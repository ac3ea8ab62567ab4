"""The structured answer of a pathway as other programs read it."""

from __future__ import annotations

import io
import json
import subprocess
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import highdicom.sr
import pydicom
import pytest
from fusion_sources import complaints, program, saved
from pydicom.dataset import Dataset
from pydicom.sr.codedict import codes

from tongying.dicom.writers.derived import DerivedRefused, WrittenObject
from tongying.dicom.writers.structured_answer_sr import (
    AnsweredReport,
    Coded,
    Quantity,
    ReportedAnswer,
    ReportedSection,
    write_structured_answer_sr,
)
from tongying.dicom.writers.study_context import ObjectIdentity, StudyContext
from tongying.kernel.ids import SeriesUid, SopUid, StudyUid

WRITTEN_AT = datetime(2026, 3, 5, 9, 30, tzinfo=UTC)
IMAGE = WrittenObject(SeriesUid("1.2.3.1.1"), SopUid("1.2.3.1.1.1"), "1.2.840.10008.5.1.4.1.1.6.1")
STUDY = StudyContext(
    patient_name="Qian^Yue=钱^悦",
    patient_id="P9",
    issuer="XT",
    birth_date=date(2026, 1, 5),
    sex="F",
    study_uid=StudyUid("1.2.3.1"),
    study_date=date(2026, 3, 1),
    study_time=None,
)
ALPHA = Coded("alpha", "Alpha angle")
TYPE = Coded("graf-type", "Type after Graf")
HIPS = ReportedSection(
    Coded("hips", "Both hips"),
    "hip",
    (
        ReportedAnswer(ALPHA, "R", Quantity(61.25, "deg"), "measured 2026-03-01"),
        ReportedAnswer(TYPE, "R", (Coded("I", "Type I"),), "Graf R, 1984; needs sign-off"),
        ReportedAnswer(ALPHA, "L", Quantity(52.0, "deg")),
        ReportedAnswer(TYPE, "L", (Coded("IIa-", "Type IIa minus"),)),
        ReportedAnswer(
            Coded("signs", "Signs"), "", (Coded("click", "Click"), Coded("fold", "Folds differ"))
        ),
        ReportedAnswer(Coded("in-words", "In words"), "", "左侧髋臼顶发育欠佳。"),
    ),
)
BOWEL = ReportedSection(
    Coded("bowel", "Bowel"), "bowel", (ReportedAnswer(Coded("flow", "Flow"), "L", "none"),)
)
ANSWERED = AnsweredReport(
    code="17-1",
    pathway=Coded("hip-dysplasia", "Hip dysplasia"),
    version=2,
    digest="ab" * 32,
    signer="李敏, 省儿童医院",
    opinion="TY-000017 v1",
    sections=(HIPS, BOWEL),
)
IDENTITY = ObjectIdentity(SeriesUid("2.25.10"), SopUid("2.25.11"), 9011)


def report(answered: AnsweredReport = ANSWERED) -> Dataset:
    return write_structured_answer_sr(
        answered, STUDY, [IMAGE], identity=IDENTITY, written_at=WRITTEN_AT
    )


def test_each_side_has_a_group_with_what_was_answered(tmp_path: Path) -> None:
    read = highdicom.sr.srread(saved(report(), tmp_path))
    both, right, left, flow = read.content.get_image_measurement_groups()
    (signs, folds) = both.get_qualitative_evaluations()
    assert [signs.value.meaning, folds.value.meaning] == ["Click", "Folds differ"]
    assert both.finding_sites[0].laterality is None
    for group, side, alpha, kind in (
        (right, codes.SCT.Right, 61.25, "I"),
        (left, codes.SCT.Left, 52.0, "IIa-"),
    ):
        (measured,) = group.get_measurements()
        (graded,) = group.get_qualitative_evaluations()
        (site,) = group.finding_sites
        assert (measured.name.value, measured.value, measured.unit.value) == ("alpha", alpha, "deg")
        assert (graded.name.value, graded.value.value) == ("graf-type", kind)
        assert (site.value, site.laterality) == (codes.SCT.HipJoint, side)
    assert flow.finding_sites == []
    texts = _texts(flow[0])
    assert texts["Flow"] == ["none"]
    assert texts["Comment"][0] == "Side: left."


def test_it_says_which_rule_which_pathway_and_whose_opinion(tmp_path: Path) -> None:
    groups = highdicom.sr.srread(saved(report(), tmp_path)).content.get_image_measurement_groups()
    assert _texts(groups[0][0])["In words"] == ["左侧髋臼顶发育欠佳。"]
    said = _texts(groups[1][0])["Comment"]
    assert said == [
        "Alpha angle: measured 2026-03-01",
        "Type after Graf: Graf R, 1984; needs sign-off",
        f"Pathway hip-dysplasia version 2, sha256 {'ab' * 32}; answered with opinion"
        " TY-000017 v1, signed by 李敏, 省儿童医院.",
    ]


def test_it_joins_the_childs_study_unverified(tmp_path: Path) -> None:
    read = pydicom.dcmread(saved(report(), tmp_path))
    assert (str(read.PatientName), read.StudyInstanceUID) == ("Qian^Yue=钱^悦", "1.2.3.1")
    assert (read.CompletionFlag, read.VerificationFlag) == ("COMPLETE", "UNVERIFIED")


def test_same_answers_give_the_same_bytes() -> None:
    first, second = io.BytesIO(), io.BytesIO()
    for buffer in (first, second):
        report().save_as(buffer, enforce_file_format=True)
    assert first.getvalue() == second.getvalue()


def test_nothing_answered_or_no_image_is_refused() -> None:
    with pytest.raises(DerivedRefused):
        report(replace(ANSWERED, sections=(replace(HIPS, answers=()),)))
    with pytest.raises(DerivedRefused):
        write_structured_answer_sr(ANSWERED, STUDY, [], identity=IDENTITY, written_at=WRITTEN_AT)


@pytest.mark.peer
def test_dciodvfy_finds_no_error_in_it(tmp_path: Path) -> None:
    assert complaints(saved(report(), tmp_path)) == []


@pytest.mark.peer
def test_dcmqi_reads_numbers_and_choices(tmp_path: Path) -> None:
    document = saved(report(), tmp_path, "answer.dcm")
    command = [program("tid1500reader"), "--inputDICOM", document]
    done = subprocess.run(
        [str(part) for part in (*command, "--outputMetadata", tmp_path / "answer.json")],
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    groups = json.loads((tmp_path / "answer.json").read_text())["Measurements"]
    values = [
        float(item["value"]) for group in groups for item in group.get("measurementItems", [])
    ]
    assert values == [61.25, 52.0]
    said = [
        (one["conceptCode"]["CodeValue"], value if isinstance(value, str) else value["CodeValue"])
        for group in groups
        for one in group["qualitativeEvaluations"]
        for value in [one["conceptValue"]]
    ]
    assert [one for one in said if one[0] != "121106"] == [
        ("signs", "click"),
        ("signs", "fold"),
        ("in-words", "左侧髋臼顶发育欠佳。"),
        ("graf-type", "I"),
        ("graf-type", "IIa-"),
        ("flow", "none"),
    ]


def _texts(item: Dataset) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for child in item.ContentSequence:
        if child.ValueType == "TEXT":
            name = child.ConceptNameCodeSequence[0].CodeMeaning
            found.setdefault(name, []).append(child.TextValue)
    return found
