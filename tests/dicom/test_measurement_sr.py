"""The report of measurements as other programs read it."""

from __future__ import annotations

import io
import json
import subprocess
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import highdicom.sr
import pydicom
import pytest
from fusion_sources import complaints, program, saved
from pydicom.dataset import Dataset
from pydicom.sr.codedict import codes

from tongying.dicom.writers.derived import DerivedRefused, WrittenObject
from tongying.dicom.writers.measurement_concepts import CENTILE, SITES, Z_SCORE
from tongying.dicom.writers.measurement_sr import Reported, write_measurement_sr
from tongying.dicom.writers.study_context import ObjectIdentity, StudyContext
from tongying.kernel.caveat import Caveat
from tongying.kernel.ids import SeriesUid, SopUid, StudyUid
from tongying.norms.forms.form import Position
from tongying.norms.measure import measures
from tongying.norms.method import MeasuringMethod
from tongying.norms.score.result import Score

WRITTEN_AT = datetime(2026, 3, 5, 9, 30, tzinfo=UTC)
IMAGE = WrittenObject(SeriesUid("1.2.3.1.1"), SopUid("1.2.3.1.1.1"), "1.2.840.10008.5.1.4.1.1.4")
STUDY = StudyContext(
    patient_name="Zhao^Ming=赵^明",
    patient_id="P1",
    issuer="XT",
    birth_date=date(2021, 1, 5),
    sex="M",
    study_uid=StudyUid("1.2.3.1"),
    study_date=date(2026, 3, 1),
    study_time=None,
)
SCORE = Score(
    measure="kidney-length",
    value=78.0,
    unit="mm",
    x=1881.0,
    z=0.64,
    centile=73.9,
    z_interval=(0.41, 0.92),
    centile_interval=(65.9, 82.1),
    expected=75.2,
    low=63.1,
    high=87.4,
    limits_say="2.5th to 97.5th centile",
    between=None,
    position=Position.WITHIN,
    n_near=412,
    norm="alliance.kidney-length@1",
    population="Children of the alliance",
    source="Alliance 2026",
    foreign=False,
    signed_off=True,
    caveats=(Caveat("norms.site-shift", "The site was calibrated from 40 children."),),
)
SCORED = Reported(
    code="01J0000000000000000000000A",
    measure=measures()["kidney-length"],
    side="R",
    value=7.8,
    unit="cm",
    measured_on=date(2026, 3, 1),
    method=MeasuringMethod(tool="ultrasound caliper"),
    entered_by="李敏, 仙桃一医",
    score=SCORE,
    norm_sha256="ab" * 32,
    refusal="",
)
LIMITS_ONLY = replace(
    SCORED,
    code="01J0000000000000000000000B",
    measure=measures()["spleen-length"],
    side="",
    score=replace(
        SCORE,
        measure="spleen-length",
        unit="cm",
        z=None,
        centile=None,
        z_interval=None,
        centile_interval=None,
        expected=None,
        low=None,
        high=9.5,
        limits_say="upper limit",
        position=Position.ABOVE,
        n_near=None,
    ),
)
REFUSED = replace(
    SCORED,
    code="01J0000000000000000000000C",
    measure=measures()["ventricle-volume"],
    value=16.2,
    unit="cm3",
    side="",
    method=None,
    score=None,
    norm_sha256="",
    refusal="Only 17 normal children near this age stand behind this norm; 120 are needed.",
)
FETAL = replace(REFUSED, measure=measures()["fetal-atrial-diameter"], side="L", unit="mm")


def report(*reported: Reported) -> Dataset:
    return write_measurement_sr(
        reported or (SCORED, LIMITS_ONLY, REFUSED, FETAL),
        STUDY,
        [IMAGE],
        identity=ObjectIdentity(SeriesUid("2.25.10"), SopUid("2.25.11"), 9010),
        written_at=WRITTEN_AT,
    )


def _values(item: Dataset) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for child in item.get("ContentSequence", []):
        name = child.ConceptNameCodeSequence[0].CodeMeaning
        match child.ValueType:
            case "NUM":
                value = child.MeasuredValueSequence[0]
                unit = value.MeasurementUnitsCodeSequence[0].CodeValue
                found[name] = (float(value.NumericValue), unit)
            case "CODE":
                found[name] = child.ConceptCodeSequence[0].CodeMeaning
            case "TEXT":
                found.setdefault(name, []).append(child.TextValue)
    return found


def test_highdicom_reads_value_place_limits_and_source(tmp_path: Path) -> None:
    read = highdicom.sr.srread(saved(report(), tmp_path))
    groups = read.content.get_image_measurement_groups()
    assert len(groups) == 4
    (measured,) = groups[0].get_measurements()
    assert (measured.value, measured.unit.value) == (78.0, "mm")
    assert (measured.name.value, measured.name.scheme_designator) == (
        "kidney-length",
        "99TONGYING",
    )
    (site,) = groups[0].finding_sites
    assert site.topographical_modifier is None
    assert (site.value, site.laterality) == (codes.SCT.Kidney, codes.SCT.Right)
    said = _values(measured[0])
    assert said["Normality"] == "Normal"
    assert said[Z_SCORE.meaning] == (0.64, "1")
    assert said[CENTILE.meaning] == (73.9, "%")
    assert said["Median Value of population"] == (75.2, "mm")
    assert said["Normal Range Lower Limit"] == (63.1, "mm")
    assert said["Normal Range Upper Limit"] == (87.4, "mm")
    (authority,) = said["Normal Range Authority"]
    assert authority == f"alliance.kidney-length@1, sha256 {'ab' * 32}"
    texts = _values(groups[0][0])["Comment"]
    assert "The site was calibrated from 40 children." in texts
    assert "90 % interval of the centile: 65.9 to 82.1." in texts
    assert "Measured with: ultrasound caliper." in texts


def test_a_norm_of_limits_and_a_refusal_say_no_more_than_they_know(tmp_path: Path) -> None:
    groups = highdicom.sr.srread(saved(report(), tmp_path)).content.get_image_measurement_groups()
    (spleen,) = groups[1].get_measurements()
    said = _values(spleen[0])
    assert said["Normality"] == "Abnormally High"
    assert said["Normal Range Upper Limit"] == (9.5, "cm")
    assert Z_SCORE.meaning not in said and "Normal Range Lower Limit" not in said
    (ventricles,) = groups[2].get_measurements()
    assert (ventricles.value, ventricles.unit.value) == (16.2, "cm3")
    assert "ContentSequence" not in ventricles[0]
    assert _values(groups[2][0])["Comment"][-1] == f"Not scored: {REFUSED.refusal}"
    assert "Side: left." in _values(groups[3][0])["Comment"]


def test_it_joins_the_childs_study_unverified_and_marked_as_research(tmp_path: Path) -> None:
    read = pydicom.dcmread(saved(report(), tmp_path))
    assert (str(read.PatientName), read.PatientID) == ("Zhao^Ming=赵^明", "P1")
    assert (read.StudyInstanceUID, read.SeriesNumber) == ("1.2.3.1", 9010)
    assert (read.CompletionFlag, read.VerificationFlag) == ("COMPLETE", "UNVERIFIED")
    assert "Research use only" in read.SeriesDescription
    assert read.CodingSchemeIdentificationSequence[0].CodingSchemeDesignator == "99TONGYING"


def test_same_input_gives_the_same_bytes() -> None:
    first, second = io.BytesIO(), io.BytesIO()
    for buffer in (first, second):
        report().save_as(buffer, enforce_file_format=True)
    assert first.getvalue() == second.getvalue()


def test_what_cannot_be_written_is_refused() -> None:
    with pytest.raises(DerivedRefused):
        write_measurement_sr(
            [],
            STUDY,
            [IMAGE],
            identity=ObjectIdentity(SeriesUid("2.25.10"), SopUid("2.25.11"), 1),
            written_at=WRITTEN_AT,
        )
    with pytest.raises(DerivedRefused):
        write_measurement_sr(
            [SCORED],
            STUDY,
            [],
            identity=ObjectIdentity(SeriesUid("2.25.10"), SopUid("2.25.11"), 1),
            written_at=WRITTEN_AT,
        )
    with pytest.raises(DerivedRefused):
        write_measurement_sr(
            [SCORED],
            STUDY,
            [IMAGE],
            identity=ObjectIdentity(SeriesUid("2.25.10"), SopUid("2.25.11"), 1),
            written_at=WRITTEN_AT.replace(tzinfo=None),
        )


def test_finding_sites_are_areas_of_measures() -> None:
    assert set(SITES) <= {one.area for one in measures().values()}


@pytest.mark.peer
def test_dciodvfy_finds_no_error(tmp_path: Path) -> None:
    assert complaints(saved(report(), tmp_path)) == []


@pytest.mark.peer
def test_dcmqi_reads_the_measurements(tmp_path: Path) -> None:
    document = saved(report(SCORED), tmp_path, "sr.dcm")
    command = [program("tid1500reader"), "--inputDICOM", document]
    done = subprocess.run(
        [str(part) for part in (*command, "--outputMetadata", tmp_path / "sr.json")],
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    items = json.loads((tmp_path / "sr.json").read_text())["Measurements"][0]["measurementItems"]
    assert [float(item["value"]) for item in items] == [78.0]
