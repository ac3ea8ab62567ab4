"""The bowel phantom: its polyp is as long in the picture as it says."""

from __future__ import annotations

from datetime import date, datetime

import numpy as np
import pytest

from tongying.dicom.phantoms.bowel_us import Bowel, bowel_cine, bowel_truth
from tongying.dicom.phantoms.drawing import blur
from tongying.dicom.phantoms.header import PhantomChild, PhantomStudy

BEYOND = 0.05
"""How far the profile goes beyond the ends, in lengths: into the lumen, not to its far wall."""
STUDY = PhantomStudy(
    child=PhantomChild("B-1", "Wen^Xiaowen=闻^小文", date(2021, 9, 4), "M", 18.2, 1.1),
    seed="bowel-phantom",
    at=datetime(2026, 11, 22, 9, 30),  # noqa: DTZ001 - DICOM's local time
    description="腹部超声",
    institution="县医院",
)


def frames_of(bowel: Bowel) -> tuple[np.ndarray, float]:
    """Return the clip's frames and the millimetres of a pixel, as the file itself says them."""
    clip = bowel_cine(STUDY, bowel, number=1)
    shape = int(clip.NumberOfFrames), clip.Rows, clip.Columns
    (region,) = clip.SequenceOfUltrasoundRegions
    assert region.PhysicalUnitsXDirection == 3  # centimetres
    return np.frombuffer(clip.PixelData, np.uint8).reshape(shape), 10 * region.PhysicalDeltaX


def bright_run(frame: np.ndarray, bowel: Bowel) -> float:
    """Return the polyp's length in pixels as its picture shows it: from first rise to last fall.

    A profile along the polyp's axis and a little beyond, smoothed over speckle, at half height.
    """
    (x0, y0), (x1, y1) = bowel_truth(bowel).ends
    reach = np.linspace(-BEYOND, 1 + BEYOND, 600)
    rows, columns = y0 + reach * (y1 - y0), x0 + reach * (x1 - x0)
    smooth = blur(frame.astype(np.float32), (2.0, 2.0))
    profile = smooth[np.rint(rows).astype(int), np.rint(columns).astype(int)]
    above = np.flatnonzero(profile > (profile[[0, -1]].mean() + np.median(profile)) / 2)
    return float((reach[above[-1]] - reach[above[0]]) * np.hypot(x1 - x0, y1 - y0))


@pytest.mark.parametrize("polyp_mm", [15.0, 12.0])
def test_the_polyp_measures_what_it_is(polyp_mm):
    bowel = Bowel(polyp_mm=polyp_mm)
    frames, mm_per_pixel = frames_of(bowel)
    measured = bright_run(frames[0], bowel) * mm_per_pixel
    assert measured == pytest.approx(polyp_mm, rel=0.05)
    (x0, y0), (x1, y1) = bowel_truth(bowel).ends
    assert np.hypot(x1 - x0, y1 - y0) * mm_per_pixel == pytest.approx(polyp_mm)


def test_without_a_polyp_the_lumen_is_dark():
    x, y = (round(one / 0.08) for one in Bowel().centre_mm)
    with_polyp, _ = frames_of(Bowel(tilt_deg=0))
    without, _ = frames_of(Bowel(with_polyp=False))
    spot = (slice(y + 30, y + 50), slice(x - 40, x + 40))
    assert with_polyp[0][spot].mean() > without[0][spot].mean() + 60


def test_it_moves_and_comes_back():
    frames, _ = frames_of(Bowel())
    assert len(frames) == 24
    assert np.abs(frames[6].astype(int) - frames[0]).mean() > 3
