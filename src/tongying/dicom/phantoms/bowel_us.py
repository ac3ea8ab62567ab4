"""Ultrasound of a small-bowel intussusception led by a polyp: a cine loop with a known polyp.

The target sign (rings of bowel wall within bowel wall), the polyp at its centre with the small
cysts of a juvenile polyp, and peristalsis. Drawn, not simulated: for trying the way a case goes and
for measuring a known length, not for teaching what an intussusception looks like.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import cos, pi, radians, sin

import numpy as np
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence
from pydicom.tag import Tag
from pydicom.uid import UltrasoundMultiFrameImageStorage

from tongying.dicom.phantoms.header import (
    PhantomSeries,
    PhantomStudy,
    add_pixels,
    begin_instance,
    random_of,
)
from tongying.dicom.phantoms.ultrasound_screen import (
    MM_PER_PIXEL,
    Plane,
    Scene,
    axes,
    calibrated_region,
    grain_of,
    screen_of,
)

FRAMES = 24
FRAME_MS = 60.0
_WALL_MM = 2.2
_RIM_MM = 0.4
"""How far inside the polyp's end the middle of its bright rim lies."""


@dataclass(frozen=True, slots=True)
class Bowel:
    """What is drawn.

    Attributes
    ----------
    polyp_mm : float
        Length of the polyp; its width is 0.72 of it.
    target_mm : float
        Outer diameter of the intussusception.
    centre_mm : tuple of float
        Middle of the target, across and down from the first pixel.
    tilt_deg : float
        Direction of the polyp's length against the horizontal.
    with_polyp : bool
        Whether the loop shows the polyp; without it only rings are seen.
    """

    polyp_mm: float = 15.0
    target_mm: float = 31.0
    centre_mm: tuple[float, float] = (25.0, 20.5)
    tilt_deg: float = 20.0
    with_polyp: bool = True


@dataclass(frozen=True, slots=True)
class BowelTruth:
    """Where the ends of the polyp's length lie, (column, row) in pixels, and its length in mm.

    They hold for the frame at rest, which is the first.
    """

    ends: tuple[tuple[float, float], tuple[float, float]]
    polyp_mm: float


def bowel_truth(bowel: Bowel) -> BowelTruth:
    """Return where the polyp's ends are in the first frame."""
    x, y = bowel.centre_mm
    turn, half = radians(bowel.tilt_deg), bowel.polyp_mm / 2
    ends = tuple(
        ((x + sign * half * cos(turn)) / MM_PER_PIXEL, (y + sign * half * sin(turn)) / MM_PER_PIXEL)
        for sign in (-1, 1)
    )
    return BowelTruth((ends[0], ends[1]), bowel.polyp_mm)


def bowel_cine(study: PhantomStudy, bowel: Bowel, *, number: int) -> Dataset:
    """Return a cine loop of the bowel; `number` is that of its series."""
    what = "右下腹 RLQ" if bowel.with_polyp else "脐周 umbilical"
    series = PhantomSeries(UltrasoundMultiFrameImageStorage, "US", number, what, "ABDOMEN")
    dataset = begin_instance(study, series, 1)
    dataset.PatientOrientation = ""
    dataset.ImageType = ["ORIGINAL", "PRIMARY", "ABDOMINAL", "0001"]
    dataset.TransducerType = "LINEAR"
    dataset.LossyImageCompression = "00"
    dataset.SequenceOfUltrasoundRegions = Sequence([calibrated_region()])
    random = random_of(f"{study.seed}/{number}")
    steady, passing = grain_of(random), grain_of(random)
    frames = []
    for index in range(FRAMES):
        squeeze = sin(2 * pi * index / FRAMES)
        other = np.roll(passing, (23 * index, 41 * index), axis=(0, 1))
        grain = (0.95 * steady + 0.31 * other).astype(np.complex64)
        frames.append(screen_of(_echoes(bowel, squeeze), grain))
    add_pixels(dataset, np.stack(frames))
    dataset.NumberOfFrames = FRAMES
    dataset.FrameIncrementPointer = Tag("FrameTime")
    dataset.FrameTime = FRAME_MS
    dataset.RecommendedDisplayFrameRate = round(1000 / FRAME_MS)
    return dataset


def _echoes(bowel: Bowel, squeeze: float) -> Scene:
    x, y = axes()
    shape = np.broadcast_shapes(x.shape, y.shape)
    wave = np.sin(x / 4.0) + 0.5 * np.sin(x / 1.7)
    scatter = np.full(shape, 0.16, dtype=np.float32)
    mirror, bone = np.zeros(shape, dtype=np.float32), np.zeros(shape, dtype=np.float32)
    scatter[y < 3.4 + 0.2 * wave] = 0.27
    scatter[y < 1.5 + 0.1 * wave] = 0.6
    for depth in (3.4, 5.2):
        mirror += 0.9 * np.exp(-(((y - depth - 0.2 * wave) / 0.16) ** 2))
    across, down = x - bowel.centre_mm[0], y - bowel.centre_mm[1]
    flat = 0.86 + 0.02 * squeeze
    away = np.hypot(across, down / flat)
    outer = bowel.target_mm / 2
    _rings(scatter, mirror, away, outer)
    if bowel.with_polyp:
        _polyp(scatter, mirror, bowel, (across, down), squeeze)
    return Scene(scatter, mirror, bone)


def _rings(scatter: Plane, mirror: Plane, away: Plane, outer: float) -> None:
    """Paint wall within wall: dark muscle, bright mucosa, fat between the layers."""
    scatter[away < outer] = 0.3
    for edge in (outer, outer - 2 * _WALL_MM):
        muscle = (away < edge) & (away > edge - _WALL_MM)
        scatter[muscle] = 0.07
        for face in (edge, edge - _WALL_MM):
            mirror += 1.2 * np.exp(-(((away - face) / 0.16) ** 2))
    lumen = away < outer - 3.2 * _WALL_MM
    scatter[lumen] = 0.035
    mirror[lumen] *= 0.2


def _polyp(
    scatter: Plane, mirror: Plane, bowel: Bowel, place: tuple[Plane, Plane], squeeze: float
) -> None:
    """Paint the polyp in the lumen: bright, sharply bordered, with little cysts."""
    shift = 0.25 * squeeze
    turn = radians(bowel.tilt_deg)
    across, down = place[0] - shift, place[1]
    along = across * cos(turn) + down * sin(turn)
    beside = down * cos(turn) - across * sin(turn)
    half, width = bowel.polyp_mm / 2, 0.36 * bowel.polyp_mm
    level = np.hypot(along / half, beside / width)
    scatter[level < 1] = 0.42
    mirror[level < 1] = 0
    # The echo of the rim lies inside: its outer edge on the screen is the polyp's end.
    inside = (1 - level) * (half * width) ** 0.5
    mirror += 1.6 * np.exp(-(((inside - _RIM_MM) / 0.18) ** 2))
    for where, radius in ((-0.45, 0.9), (0.05, 1.2), (0.5, 0.8)):
        cyst = np.hypot(along - where * half, beside - 0.3 * where * width) < radius
        scatter[cyst] = 0.03
