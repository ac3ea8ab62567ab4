"""What viewers and other programs write as TID 1500, read as what was drawn."""

from __future__ import annotations

from pathlib import Path

import pydicom
import pytest
from pydicom.dataset import Dataset

import viewer_reports as viewer
from tongying.dicom.measurement_reading import (
    MeasurementsUnreadable,
    Shape,
    read_measurements,
)

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"
needs_data = pytest.mark.skipif(not DATA.is_dir(), reason="the shared images are not here")


def test_a_line_comes_out_from_the_centre_of_the_first_pixel() -> None:
    report = viewer.report(viewer.line("肾脏长径 左", (10.5, 20.5, 40.5, 60.5)))
    (group,) = read_measurements(report)
    assert group.tool == "Length"
    assert group.labels == ("肾脏长径 左",)
    assert group.shapes == (Shape("POLYLINE", ((10.0, 20.0), (40.0, 60.0)), viewer.IMAGE),)
    assert [(one.value, one.unit) for one in group.values] == [(50.0, "mm")]


def test_frame_side_and_site_are_read() -> None:
    report = viewer.report(viewer.line("x", (1, 1, 2, 2), frame=7, site="L"))
    (group,) = read_measurements(report)
    assert group.shapes[0].frame == 7
    assert group.side == "L"
    assert [site.value for site in group.sites] == ["64033007"]


def test_a_text_position_of_the_viewer_is_nothing_drawn() -> None:
    report = viewer.report(viewer.line("x", (1, 1, 2, 2), text_moved=True))
    (group,) = read_measurements(report)
    assert len(group.shapes) == 1


def test_points_in_the_patient_have_no_image() -> None:
    report = viewer.report(viewer.line_in_space("x", (1, 2, 3, 4, 5, 6)))
    (group,) = read_measurements(report)
    shape = group.shapes[0]
    assert (shape.image, shape.frame_of_reference) == ("", "1.2.3.9")
    assert shape.points == ((1.0, 2.0, 3.0), (4.0, 5.0, 6.0))


@pytest.mark.parametrize("coordinates", [(1.0, 2.0, 3.0), (), (1.0, float("nan"))])
def test_broken_coordinates_are_refused(coordinates: tuple[float, ...]) -> None:
    report = viewer.report(viewer.line("x", coordinates))
    with pytest.raises(MeasurementsUnreadable):
        read_measurements(report)


def test_other_objects_and_endless_nesting_are_refused() -> None:
    with pytest.raises(MeasurementsUnreadable):
        read_measurements(Dataset())
    other = viewer.report()
    other.ConceptNameCodeSequence[0].CodeValue = "126001"
    with pytest.raises(MeasurementsUnreadable):
        read_measurements(other)
    deep = viewer.container("126010", "DCM")
    for _ in range(60):
        outer = viewer.container("126010", "DCM")
        outer.ContentSequence = [deep]
        deep = outer
    nested = viewer.report()
    nested.ContentSequence = [deep]
    with pytest.raises(MeasurementsUnreadable):
        read_measurements(nested)


@needs_data
@pytest.mark.filterwarnings("ignore:The value length .* exceeds")
def test_the_published_reports_of_the_viewer() -> None:
    one = next((DATA / "mr_brain_sella").glob("SR_4701*/*.dcm"))
    cross, line = read_measurements(pydicom.dcmread(one))
    assert (cross.tool, len(cross.shapes)) == ("Bidirectional", 2)
    assert [round(value.value, 2) for value in cross.values] == [59.55, 43.36]
    assert (line.tool, line.labels) == ("Length", ())
    arrow, ellipse = read_measurements(
        pydicom.dcmread(next((DATA / "mr_brain_sella").glob("SR_4702*/*.dcm")))
    )
    assert (arrow.tool, arrow.labels) == ("ArrowAnnotate", ("Arrow test",))
    assert (ellipse.shapes[0].graphic, len(ellipse.shapes[0].points)) == ("ELLIPSE", 4)


@needs_data
def test_reports_of_other_programs() -> None:
    folder = DATA / "dicom_seg_sr_pm"
    (pet,) = {
        group.labels
        for group in read_measurements(pydicom.dcmread(folder / "dcmqi/sr-example/sr.dcm"))[:1]
    }
    assert "Neoplasm, Primary" in pet
    groups = read_measurements(
        pydicom.dcmread(folder / "highdicom/sr_document_with_multiple_groups.dcm")
    )
    assert [shape.graphic for group in groups for shape in group.shapes] == [
        "CIRCLE",
        "POLYLINE",
        "POINT",
    ]
