"""Segmentations, maps and the report of a fusion, as other programs see them."""

from __future__ import annotations

import io
import json
import subprocess
from dataclasses import replace
from pathlib import Path

import highdicom
import numpy as np
import pydicom
import pytest
import SimpleITK as sitk  # noqa: N813 - as its own documents write it
from fusion_sources import (
    WRITTEN_AT,
    complaints,
    identity,
    phantoms,
    program,
    saved,
    spect_of,
)
from pydicom.sr.codedict import codes
from written_objects import (
    OBJECTS,
    SENTENCE,
    report,
    series,
    sides,
    two_segments,
    uptake,
)

from tongying import __version__
from tongying.dicom.segmentation_reading import (
    SegmentationUnreadable,
    mask_on,
    read_segmentation,
)
from tongying.dicom.writers.derived import DerivedRefused
from tongying.dicom.writers.parametric_map import write_parametric_map
from tongying.dicom.writers.segmentation import write_segmentation
from tongying.imaging.volume import Quantity


@pytest.mark.parametrize("many_frames", [False, True])
def test_masks_come_back_on_their_voxels(many_frames: bool, tmp_path: Path) -> None:
    source = spect_of(phantoms()["PT"]) if many_frames else phantoms()["PT"]
    segments = two_segments(source)
    path = saved(
        write_segmentation(source, segments, identity=identity(3), written_at=WRITTEN_AT), tmp_path
    )
    dataset = pydicom.dcmread(path)
    read = read_segmentation(dataset)
    assert read.frame_of_reference_uid == source.volume.frame_of_reference_uid
    assert read.series_uids == (source.template.SeriesInstanceUID,)
    for mine, theirs in zip(segments, read.segments, strict=True):
        assert (mask_on(theirs, read, source.volume.grid) == mine.mask).all()
        assert (theirs.label, theirs.algorithm) == (mine.label, mine.algorithm.value)
        assert (theirs.category, theirs.kind) == (mine.category, mine.kind)
    assert read.segments[0].anatomy == codes.SCT.AdrenalGland
    item = dataset.PerFrameFunctionalGroupsSequence[0].DerivationImageSequence[0]
    reference = item.SourceImageSequence[0]
    assert reference.ReferencedSOPInstanceUID in {f.sop_instance_uid for f in source.frames}
    assert ("ReferencedFrameNumber" in reference) is many_frames
    with pytest.raises(SegmentationUnreadable):
        mask_on(read.segments[0], read, phantoms()["CT"].volume.grid)


def test_what_is_no_segmentation_is_refused() -> None:
    source = phantoms()["PT"]
    with pytest.raises(SegmentationUnreadable):
        read_segmentation(next(series("CT").instances()))
    segment = two_segments(source)[0]
    for spoiled in (
        replace(segment, mask=np.zeros_like(segment.mask)),
        replace(segment, mask=segment.mask[1:]),
        replace(segment, algorithm_name=""),
    ):
        with pytest.raises(DerivedRefused):
            write_segmentation(source, [spoiled], identity=identity(3), written_at=WRITTEN_AT)
    with pytest.raises(DerivedRefused):
        write_segmentation(source, [], identity=identity(3), written_at=WRITTEN_AT)
    lost = replace(source, frames=source.frames[1:])
    with pytest.raises(DerivedRefused):
        write_segmentation(lost, [segment], identity=identity(3), written_at=WRITTEN_AT)


def test_a_map_comes_back_by_plane_position(tmp_path: Path) -> None:
    """The stored order of frames may be any; compared by frame index it could be upside down."""
    source = phantoms()["PT"]
    written = highdicom.imread(saved(uptake(), tmp_path))
    truth = source.volume.array / 5000
    mapping = written.get_volume(apply_real_world_transform=True)
    affine = mapping.affine[:, [2, 1, 0, 3]]
    grid, values = source.volume.grid, mapping.array
    for k in range(grid.shape[0]):
        place = grid.to_lps([[0, 0, k]])[0]
        own = int(np.rint((np.linalg.inv(affine) @ [*place, 1.0])[2]))
        known = truth[k] > 0.01
        assert np.abs(values[own] - truth[k])[known].max() < 1e-6
        assert (values[own][~known] == -1.0).all()
    dataset = pydicom.dcmread(tmp_path / "object.dcm")
    assert dataset.FloatPixelPaddingValue == -1.0
    mapped = dataset.SharedFunctionalGroupsSequence[0].RealWorldValueMappingSequence[0]
    assert mapped.MeasurementUnitsCodeSequence[0].CodeValue == "g/ml{SUVbw}"
    assert mapped.QuantityDefinitionSequence[0].ConceptCodeSequence[0].CodeValue == "126401"


def test_a_map_of_nothing_known_is_refused() -> None:
    source = phantoms()["MR"]
    other = replace(phantoms()["PT"].volume, quantity=Quantity.SUV_BW)
    nan = replace(other, array=np.full(other.grid.shape, np.nan))
    for volume, place in (
        (source.volume, source),
        (other, source),
        (nan, phantoms()["PT"]),
    ):
        with pytest.raises(DerivedRefused):
            write_parametric_map(
                volume, place, what="?", identity=identity(4), written_at=WRITTEN_AT
            )


def test_the_report_holds_the_figures(tmp_path: Path) -> None:
    read = highdicom.sr.srread(saved(report(), tmp_path))
    (group,) = read.content.get_image_measurement_groups()
    figures = {one.name.value: (one.value, one.unit.value) for one in group.get_measurements()}
    assert figures["FUS020"] == (1.23457, "mm")
    assert figures["FUS021"] == (2.5, "mm")
    assert "FUS024" not in figures  # the local shift was not measured
    assert figures["FUS026"] == (0.87, "{ratio}")
    assert figures["FUS029"] == (0.7, "{ratio}")
    assert figures["FUS900"] == (0.75, "mm")
    said = {one.name.value: one.value.value for one in group.get_qualitative_evaluations()}
    assert said == {"FUS002": "FUS004", "128446": "FUS008"}
    evidence = [
        *read.CurrentRequestedProcedureEvidenceSequence,
        *read.PertinentOtherEvidenceSequence,
    ]
    assert {item.StudyInstanceUID for item in evidence} == {
        one.template.StudyInstanceUID for one in sides("PT")
    }
    assert (read.CompletionFlag, read.VerificationFlag) == ("COMPLETE", "UNVERIFIED")
    scheme = read.CodingSchemeIdentificationSequence[0]
    assert scheme.CodingSchemeDesignator == "99TONGYING"
    text = json.dumps(read.to_json_dict())
    assert SENTENCE in text
    assert '"2.25.11"' in text


@pytest.mark.peer
@pytest.mark.parametrize("name", OBJECTS)
def test_dciodvfy_finds_no_error(name: str, tmp_path: Path) -> None:
    assert complaints(saved(OBJECTS[name](), tmp_path)) == []


@pytest.mark.parametrize("name", OBJECTS)
def test_same_input_gives_the_same_bytes(name: str) -> None:
    first, second = io.BytesIO(), io.BytesIO()
    for buffer in (first, second):
        OBJECTS[name]().save_as(buffer, enforce_file_format=True)
    assert first.getvalue() == second.getvalue()


@pytest.mark.parametrize("name", OBJECTS)
def test_names_and_study_are_the_fixed_childs(name: str, tmp_path: Path) -> None:
    read = pydicom.dcmread(saved(OBJECTS[name](), tmp_path))
    assert str(read.PatientName) == "Zhao^Ming=赵^明"
    assert read.SpecificCharacterSet == "ISO_IR 192"
    assert "Research use only" in read.SeriesDescription
    assert read.InstanceCreationDate == "20260305"
    assert read.ContributingEquipmentSequence[-1].SoftwareVersions == __version__


def run(*command: object) -> subprocess.CompletedProcess[str]:
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr + done.stdout
    return done


@pytest.mark.peer
def test_dcmqi_and_dcmtk_read_them(tmp_path: Path) -> None:
    source = phantoms()["PT"]
    mask = saved(OBJECTS["SEG"](), tmp_path, "seg.dcm")
    run(
        program("segimage2itkimage"),
        *("--inputDICOM", mask, "--outputDirectory", tmp_path, "--outputType", "nii"),
        *("--prefix", "seg"),
    )
    image = sitk.ReadImage(str(tmp_path / "seg-1.nii"))
    assert int((sitk.GetArrayFromImage(image) > 0).sum()) == int(two_segments(source)[0].mask.sum())
    uptake_file = saved(uptake(holes=False), tmp_path, "map.dcm")
    run(
        program("paramap2itkimage"),
        *("--inputDICOM", uptake_file, "--outputDirectory", tmp_path),
        *("--prefix", "map", "--outputType", "nii"),
    )
    values = sitk.GetArrayFromImage(sitk.ReadImage(str(tmp_path / "map-pmap.nii")))
    truth = source.volume.array / 5000
    same = np.abs(values - truth).max(), np.abs(values[::-1] - truth).max()
    assert min(same) < 1e-5
    document = saved(report(), tmp_path, "sr.dcm")
    run(
        program("tid1500reader"), "--inputDICOM", document, "--outputMetadata", tmp_path / "sr.json"
    )
    said = json.loads((tmp_path / "sr.json").read_text())
    items = said["Measurements"][0]["measurementItems"]
    assert {item["quantity"]["CodeValue"] for item in items} >= {"FUS020", "FUS021"}
    dumped = (
        run("/usr/bin/dsrdump", "+Pl", document).stdout if Path("/usr/bin/dsrdump").exists() else ""
    )
    assert not dumped or "Estimated mean target error" in dumped
