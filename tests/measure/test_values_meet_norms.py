"""A value measured on the image meets the norm that was measured in the same way, and no other."""

from __future__ import annotations

import pytest
from drawn_marks import drawn, line

from tongying.dicom.phantoms.bowel_us import Bowel, bowel_truth
from tongying.dicom.phantoms.ultrasound_screen import MM_PER_PIXEL
from tongying.measure.bowel.calipers import CALIPERS as BOWEL
from tongying.measure.chest.thymus import THYMUS
from tongying.measure.heart.calipers import CALIPERS as HEART
from tongying.measure.plane import Plane
from tongying.norms.catalogue.loading import catalogue
from tongying.norms.score.choice import choose
from tongying.norms.score.result import Measured, MethodMismatch

TEN_MM = {"calipers": line((0, 0), (20, 0))}
TOOLS = {"ultrasound": "US", "echocardiography": "US", "CT": "CT"}


def measured(measure: str, modality: str) -> Measured:
    (told,) = drawn(measure, TEN_MM, modality=modality).measurements
    return Measured(told.measure, told.value, told.unit, told.method)


WITH_NORM = sorted(
    {
        (norm.measure, norm.method.tool)
        for norm in catalogue().values()
        if norm.measure in {one.measure for one in (*BOWEL, *HEART, *THYMUS)}
    }
)


def test_every_norm_of_these_sizes_is_reached():
    assert len(WITH_NORM) > 25
    assert {tool for _, tool in WITH_NORM} <= set(TOOLS)


@pytest.mark.parametrize("measure, tool", WITH_NORM)
def test_a_measured_size_meets_its_norm(measure, tool):
    found = choose(measured(measure, TOOLS[tool]), catalogue())
    assert {norm.method.tool for norm in found} == {tool}
    for other in ({"US", "CT", "MR"} - {TOOLS[tool]}) | {""}:
        with pytest.raises(MethodMismatch):
            choose(measured(measure, other), catalogue())


def test_a_volume_by_echo_is_not_set_against_a_norm_by_mr():
    square = ((0.0, 0.0), (40.0, 0.0), (40.0, 80.0), (0.0, 80.0))
    axis = ((20.0, 0.0), (20.0, 80.0))
    marks = {"diastole-outline": square, "diastole-axis": axis}
    told = drawn("lv-discs", marks, modality="US").measurements[0]
    assert told.method.tool == "echocardiography"
    with pytest.raises(MethodMismatch):
        choose(Measured(told.measure, told.value, told.unit, told.method), catalogue())


@pytest.mark.parametrize("polyp_mm, tilt_deg", [(15, 20), (8, 0), (24, 75), (12.5, -30), (5, 90)])
def test_the_polyp_of_the_phantom_is_as_long_as_it_was_drawn(polyp_mm, tilt_deg):
    bowel = Bowel(polyp_mm=polyp_mm, tilt_deg=tilt_deg)
    plane = Plane.calibrated(column_mm=MM_PER_PIXEL, row_mm=MM_PER_PIXEL, source="test")
    result = drawn("polyp-diameter", {"calipers": bowel_truth(bowel).ends}, plane=plane)
    assert result.measurements[0].value == pytest.approx(polyp_mm)
