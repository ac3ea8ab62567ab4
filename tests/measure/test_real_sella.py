"""Lengths that another viewer measured on a real MR, told again from its own points.

OHIF wrote the report (Cornerstone3DTools 0.1.0); its points and its millimetres are both in it.
"""

from __future__ import annotations

from pathlib import Path

import pydicom
import pytest
from drawn_marks import drawn

from tongying.measure.plane import Plane

FOLDER = Path(__file__).resolve().parents[3] / "shared" / "data" / "mr_brain_sella"
pytestmark = pytest.mark.skipif(not FOLDER.is_dir(), reason="the shared MR of a sella is absent")


def lengths_in(dataset):
    """Return (name, mm, two points, image) of every length in a report."""
    found = []
    waiting = list(dataset.ContentSequence)
    while waiting:
        item = waiting.pop()
        waiting += item.get("ContentSequence", [])
        if item.ValueType == "NUM" and item.get("MeasuredValueSequence"):
            value = item.MeasuredValueSequence[0]
            if value.MeasurementUnitsCodeSequence[0].CodeValue == "mm":
                places = item.ContentSequence[0]
                x1, y1, x2, y2 = places.GraphicData
                image = places.ContentSequence[0].ReferencedSOPSequence[0].ReferencedSOPInstanceUID
                name = item.ConceptNameCodeSequence[0].CodeMeaning
                found.append((name, float(value.NumericValue), ((x1, y1), (x2, y2)), image))
    return found


def test_the_same_points_give_the_same_millimetres():
    report = pydicom.dcmread(next((FOLDER / "SR_4701_SR_LEN_BDIR").iterdir()))
    headers = {
        header.SOPInstanceUID: header
        for path in FOLDER.glob("MR_*/*")
        for header in [pydicom.dcmread(path, stop_before_pixels=True)]
    }
    found = lengths_in(report)
    assert sorted(name for name, *_ in found) == ["Length", "Long Axis", "Short Axis"]
    for _, millimetres, points, image in found:
        row_mm, column_mm = (float(size) for size in headers[image].PixelSpacing)
        plane = Plane.calibrated(column_mm=column_mm, row_mm=row_mm, source="pixel spacing")
        told = drawn("corpus-callosum-length", {"calipers": points}, plane=plane, modality="MR")
        assert told.measurements[0].value == pytest.approx(millimetres, abs=1e-4)
        assert told.measurements[0].method.tool == "MRI"
