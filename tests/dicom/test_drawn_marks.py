"""Marks in the report: where a value was drawn, as other programs read it."""

from __future__ import annotations

import json
import subprocess
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from fusion_sources import complaints, program, saved
from pydicom.dataset import Dataset

from tongying.dicom.writers.derived import WrittenObject
from tongying.dicom.writers.drawn_marks import DrawnMark, DrawnMarks, MarkShape, coordinates_of
from tongying.dicom.writers.measurement_sr import Reported, write_measurement_sr
from tongying.dicom.writers.study_context import ObjectIdentity, StudyContext
from tongying.kernel.caveat import Caveat
from tongying.kernel.ids import SeriesUid, SopUid, StudyUid
from tongying.norms.measure import measures

CINE = WrittenObject(SeriesUid("1.2.3.4.1"), SopUid("1.2.3.4.1.7"), "1.2.840.10008.5.1.4.1.1.3.1")
MARKS = DrawnMarks(
    CINE,
    12,
    (
        DrawnMark(MarkShape.LINE, ((10.0, 20.0), (30.5, 20.0))),
        DrawnMark(MarkShape.ELLIPSE, ((40.0, 38.0), (40.0, 42.0), (30.0, 40.0), (50.0, 40.0))),
    ),
)
ALPHA = Reported(
    code="01J0000000000000000000000C",
    measure=measures()["graf-alpha"],
    side="L",
    value=47.0,
    unit="deg",
    measured_on=date(2026, 3, 1),
    method=None,
    entered_by="李敏, 咸宁中心医院",
    score=None,
    norm_sha256="",
    refusal="No norm speaks about it.",
    caveats=(Caveat("contradiction.side-image", "The image says the other side."),),
    marks=MARKS,
)


def report(*reported: Reported) -> Dataset:
    context = StudyContext(
        patient_name="Zhao^Xin=赵^欣",
        patient_id="P1",
        issuer="XN",
        birth_date=date(2026, 1, 4),
        sex="F",
        study_uid=StudyUid("1.2.3.4"),
        study_date=date(2026, 3, 1),
        study_time=None,
    )
    return write_measurement_sr(
        reported or (ALPHA,),
        context,
        [CINE],
        identity=ObjectIdentity(SeriesUid("1.2.3.4.9"), SopUid("1.2.3.4.9.1"), 9010, 1),
        written_at=datetime(2026, 3, 5, 9, 30, tzinfo=UTC),
    )


def contents(item: Dataset, kind: str) -> list[Dataset]:
    found = [item] if item.get("ValueType") == kind else []
    for inner in item.get("ContentSequence", []):
        found += contents(inner, kind)
    return found


def test_a_value_says_which_frame_and_which_marks_it_was_inferred_from() -> None:
    (value,) = contents(report(), "NUM")
    line, ellipse = contents(value, "SCOORD")
    assert (line.RelationshipType, line.GraphicType) == ("INFERRED FROM", "POLYLINE")
    assert list(line.GraphicData) == [10.5, 20.5, 31.0, 20.5]
    assert ellipse.GraphicType == "ELLIPSE"
    assert list(ellipse.GraphicData)[:4] == [30.5, 40.5, 50.5, 40.5], "the longer axis first"
    (source,) = contents(line, "IMAGE")[0].ReferencedSOPSequence
    assert source.ReferencedSOPInstanceUID == CINE.sop_uid
    assert source.ReferencedFrameNumber == 12
    assert "The image says the other side." in {
        item.TextValue for item in contents(report(), "TEXT")
    }


def test_a_typed_value_has_no_marks() -> None:
    assert contents(report(replace(ALPHA, marks=None)), "SCOORD") == []


@pytest.mark.parametrize(
    ("shape", "points", "graphics"),
    [
        (MarkShape.POINT, ((1.0, 2.0),), [("POINT", [1.5, 2.5])]),
        (
            MarkShape.LINE,
            ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0)),
            [("POLYLINE", [0.5, 0.5, 1.5, 0.5, 1.5, 1.5])],
        ),
        (
            MarkShape.PAIRS,
            ((0.0, 0.0), (1.0, 0.0), (3.0, 0.0), (3.0, 1.0)),
            [("POLYLINE", [0.5, 0.5, 1.5, 0.5]), ("POLYLINE", [3.5, 0.5, 3.5, 1.5])],
        ),
        (
            MarkShape.OUTLINE,
            ((0.0, 0.0), (1.0, 0.0), (0.0, 1.0)),
            [("POLYLINE", [0.5, 0.5, 1.5, 0.5, 0.5, 1.5, 0.5, 0.5])],
        ),
    ],
)
def test_every_shape_of_mark_has_its_graphic(
    shape: MarkShape,
    points: tuple[tuple[float, float], ...],
    graphics: list[tuple[str, list[float]]],
) -> None:
    found = coordinates_of(DrawnMarks(CINE, None, (DrawnMark(shape, points),)))
    assert [(item.GraphicType, list(item.GraphicData)) for item in found] == graphics
    reference = contents(found[0], "IMAGE")[0].ReferencedSOPSequence[0]
    assert "ReferencedFrameNumber" not in reference


@pytest.mark.peer
def test_dciodvfy_finds_no_error_in_a_report_with_marks(tmp_path: Path) -> None:
    assert complaints(saved(report(), tmp_path)) == []


@pytest.mark.peer
def test_dcmqi_reads_a_report_with_marks(tmp_path: Path) -> None:
    document = saved(report(), tmp_path, "sr.dcm")
    command = [program("tid1500reader"), "--inputDICOM", document]
    done = subprocess.run(
        [str(part) for part in (*command, "--outputMetadata", tmp_path / "sr.json")],
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    items = json.loads((tmp_path / "sr.json").read_text())["Measurements"][0]["measurementItems"]
    assert [float(item["value"]) for item in items] == [47.0]
