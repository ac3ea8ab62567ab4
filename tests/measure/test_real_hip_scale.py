"""No length is told in the real infant hips: their headers hold a placeholder or no region."""

from __future__ import annotations

from pathlib import Path

import pydicom
import pytest
from drawn_marks import drawn

from tongying.dicom.pixel_size import pixel_sizes
from tongying.measure.calibration import NO_REGION, PLACEHOLDER, plane_of
from tongying.measure.plane import LengthUncalibrated

FOLDER = Path(__file__).resolve().parents[3] / "shared" / "data" / "hip_ddh_infants" / "dicoms"
pytestmark = pytest.mark.skipif(not FOLDER.is_dir(), reason="the shared infant hips are absent")
CALIPERS = ((150.0, 150.0), (200.0, 160.0))
REASONS = {"xray": (10, PLACEHOLDER), "ultrasound": (12, NO_REGION)}


@pytest.mark.parametrize("kind", REASONS)
def test_lengths_are_refused_by_the_real_headers(kind):
    number, reason = REASONS[kind]
    paths = sorted((FOLDER / kind).glob("*.dcm"))
    assert len(paths) == number
    for path in paths:
        header = pydicom.dcmread(path, stop_before_pixels=True)
        assert [float(size) for size in header.PixelSpacing] == [1.0, 1.0]
        plane = plane_of(pixel_sizes(header.to_json_dict()), CALIPERS)
        assert (plane.column_mm, plane.row_mm, plane.aspect) == (None, None, 1.0)
        assert plane.reason == reason
        with pytest.raises(LengthUncalibrated):
            plane.in_mm(CALIPERS)
        with pytest.raises(LengthUncalibrated):
            drawn("pubofemoral-distance", {"calipers": CALIPERS}, plane=plane, side="R")
