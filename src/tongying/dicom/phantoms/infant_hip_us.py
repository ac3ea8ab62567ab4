"""Ultrasound of an infant hip in Graf's standard plane, drawn from echoes, shadow and speckle."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import pi, sin

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence
from pydicom.tag import Tag
from pydicom.uid import UltrasoundImageStorage, UltrasoundMultiFrameImageStorage

from tongying.dicom.phantoms.header import (
    PhantomSeries,
    PhantomStudy,
    add_pixels,
    begin_instance,
    random_of,
)
from tongying.dicom.phantoms.hip_geometry import HipGeometry, PlanePoint
from tongying.dicom.phantoms.ultrasound_screen import (
    COLUMNS,
    MM_PER_PIXEL,
    ROWS,
    Plane,
    Scene,
    axes,
    calibrated_region,
    grain_of,
    screen_of,
)

CINE_FRAMES = 20
FRAME_MS = 50.0


@dataclass(frozen=True, slots=True)
class HipTruth:
    """The landmarks in pixels of the image, (column, row) from the first pixel's centre.

    Attributes
    ----------
    alpha_deg, beta_deg, coverage : float
        As drawn.
    ilium, bony_roof, cartilage_roof : tuple of two points
        The three lines that Graf draws.
    head_centre : tuple of float
    head_radius : float
        In pixels.
    """

    alpha_deg: float
    beta_deg: float
    coverage: float
    ilium: tuple[PlanePoint, PlanePoint]
    bony_roof: tuple[PlanePoint, PlanePoint]
    cartilage_roof: tuple[PlanePoint, PlanePoint]
    head_centre: PlanePoint
    head_radius: float


def hip_truth(hip: HipGeometry) -> HipTruth:
    """Return where the landmarks of a hip lie in its image."""

    def pixel(point: PlanePoint) -> PlanePoint:
        return point[0] / MM_PER_PIXEL, point[1] / MM_PER_PIXEL

    rim = pixel(hip.rim)
    return HipTruth(
        alpha_deg=hip.alpha_deg,
        beta_deg=hip.beta_deg,
        coverage=hip.coverage(),
        ilium=(pixel(hip.ilium[0]), rim),
        bony_roof=(rim, pixel(hip.lower_limb)),
        cartilage_roof=(rim, pixel(hip.labrum)),
        head_centre=pixel(hip.head),
        head_radius=hip.head_radius_mm / MM_PER_PIXEL,
    )


def hip_image(study: PhantomStudy, hip: HipGeometry, *, side: str, number: int) -> Dataset:
    """Return one image of a hip; `side` is ``"L"`` or ``"R"``, `number` that of its series."""
    random = random_of(f"{study.seed}/{number}")
    dataset = _begin(study, UltrasoundImageStorage, side, number)
    grain = grain_of(random)
    add_pixels(dataset, screen_of(_echoes(hip, random), grain))
    return dataset


def hip_cine(study: PhantomStudy, hip: HipGeometry, *, side: str, number: int) -> Dataset:
    """Return twenty frames of a hip under gentle pressure, the head moving a millimetre."""
    dataset = _begin(study, UltrasoundMultiFrameImageStorage, side, number)
    random = random_of(f"{study.seed}/{number}")
    steady, passing = grain_of(random), grain_of(random)
    frames = []
    for index in range(CINE_FRAMES):
        push = sin(2 * pi * index / CINE_FRAMES)
        x, y = hip.rim
        moved = replace(hip, rim=(x + 0.25 * push, y - 0.35 * push))
        # What differs from frame to frame: other speckle of the same kind, a tenth of the power.
        other = np.roll(passing, (23 * index, 41 * index), axis=(0, 1))
        grain = (0.95 * steady + 0.31 * other).astype(np.complex64)
        frames.append(screen_of(_echoes(moved, random_of(f"{study.seed}/{number}"), push), grain))
    add_pixels(dataset, np.stack(frames))
    dataset.NumberOfFrames = CINE_FRAMES
    dataset.FrameIncrementPointer = Tag("FrameTime")
    dataset.FrameTime = FRAME_MS
    dataset.RecommendedDisplayFrameRate = round(1000 / FRAME_MS)
    return dataset


def _begin(study: PhantomStudy, sop_class_uid: str, side: str, number: int) -> Dataset:
    name = {"L": "左髋 left hip", "R": "右髋 right hip"}[side]
    dataset = begin_instance(
        study, PhantomSeries(sop_class_uid, "US", number, f"{name} Graf", "HIP"), 1
    )
    dataset.Laterality = side
    dataset.PatientOrientation = ""
    dataset.ImageType = ["ORIGINAL", "PRIMARY", "SMALL PARTS", "0001"]
    dataset.TransducerType = "LINEAR"
    dataset.LossyImageCompression = "00"
    dataset.SequenceOfUltrasoundRegions = Sequence([calibrated_region()])
    return dataset


def _from_line(start: PlanePoint, end: PlanePoint, *, sag: float = 0.0) -> Plane:
    """Return every pixel's distance in mm from a line, which may sag in its middle."""
    x, y = axes()
    run = end[0] - start[0], end[1] - start[1]
    length = (run[0] ** 2 + run[1] ** 2) ** 0.5
    along = ((x - start[0]) * run[0] + (y - start[1]) * run[1]) / length
    across = ((y - start[1]) * run[0] - (x - start[0]) * run[1]) / length
    part = np.clip(along / length, 0, 1)
    bent = across - sag * 4 * part * (1 - part)
    beyond = along - part * length
    return np.asarray(np.hypot(bent, beyond), dtype=np.float32)


def _echoes(hip: HipGeometry, random: np.random.Generator, push: float = 0.0) -> Scene:
    x, y = axes()
    shape = (ROWS, COLUMNS)
    wave = np.sin(x / 3.1 + random.uniform(0, 6)) + 0.5 * np.sin(x / 1.3 + random.uniform(0, 6))
    wave = wave.astype(np.float32)
    scatter = np.full(shape, 0.17, dtype=np.float32)
    mirror, bone = np.zeros(shape, dtype=np.float32), np.zeros(shape, dtype=np.float32)
    skin, fat = 1.6 + 0.1 * wave, 4.6 + 0.35 * wave
    scatter[y < fat + 0 * x] = 0.26
    scatter[y < skin + 0 * x] = 0.6
    mirror += 0.9 * np.exp(-(((y - fat) / 0.18) ** 2))
    for depth, slope in ((6.3, 0.02), (7.7, 0.05), (9.0, 0.03), (10.6, 0.06), (12.0, 0.04)):
        line = depth + 0.16 * wave + slope * (x - 24)
        gaps = (np.sin(x * 1.7 + depth * 5) > -0.5).astype(np.float32)
        mirror += 1.1 * gaps * np.exp(-(((y - line) / 0.11) ** 2)) * (y < hip.rim[1] - 1)
    # No muscle inside the capsule.
    away = np.hypot(x - hip.head[0], y - hip.head[1])
    mirror[away < hip.head_radius_mm + 1.3] = 0
    _socket(hip, scatter, mirror, bone)
    _femur(hip, scatter, mirror, bone, push)
    return Scene(scatter, mirror, bone)


def _socket(hip: HipGeometry, scatter: Plane, mirror: Plane, bone: Plane) -> None:
    """Paint ilium, bony roof, cartilage roof, labrum and the depth of the socket."""
    x, _ = axes()
    cranial = hip.ahead(180, 26.0)
    wing = _from_line(cranial, hip.rim)
    roof = _from_line(hip.rim, hip.lower_limb)
    for line, strength in ((wing, 5.0), (roof, 4.6)):
        mirror += strength * np.exp(-((line / 0.22) ** 2))
        bone += np.exp(-((line / 0.25) ** 2))
    triangle = _inside(hip.rim, hip.labrum, hip.head)
    scatter[triangle] = 0.045
    end = hip.lower_limb
    tip = _from_line(end, (end[0] + 0.8, end[1] + 0.6))
    mirror += 5.5 * np.exp(-((tip / 0.38) ** 2))
    fossa = _from_line((end[0] + 1.2, end[1] + 0.8), (end[0] + 7.5, end[1] + 1.6), sag=0.5)
    mirror += 1.7 * np.exp(-((fossa / 0.28) ** 2)) * (x > end[0] + 1.8)
    bone += 0.1 * np.exp(-((fossa / 0.28) ** 2)) * (x > end[0] + 1.8)
    lip = hip.labrum
    mirror += 2.6 * np.exp(-((_from_line(lip, (lip[0] + 1.3, lip[1] + 0.7)) / 0.42) ** 2))
    scatter[_from_line(hip.rim, hip.labrum) < 0.35] += 0.18


def _femur(hip: HipGeometry, scatter: Plane, mirror: Plane, bone: Plane, push: float) -> None:
    """Paint the cartilaginous head, its capsule, and the ossified neck at the right."""
    x, y = axes()
    centre = hip.head[0] + 0.5 * push, hip.head[1] - 0.5 * push
    radius = hip.head_radius_mm
    away = np.hypot(x - centre[0], y - centre[1])
    ball = away < radius
    scatter[ball] = 0.05
    dots = np.maximum(np.sin(x * 4.1 + y * 1.3) * np.sin(y * 4.7 - x * 0.9) - 0.72, 0)
    mirror += (2.6 * dots * ball).astype(np.float32)
    # Only where the surface faces the probe does it return an echo.
    facing = np.clip((centre[1] - y) / np.maximum(away, 0.1), 0, 1) ** 2
    mirror += 1.3 * facing * np.exp(-(((away - radius) / 0.16) ** 2))
    mirror += 1.9 * facing * np.exp(-(((away - radius - 1.5) / 0.2) ** 2))
    neck = _from_line(
        (centre[0] + 0.86 * radius, centre[1] - 0.52 * radius),
        (centre[0] + 0.72 * radius, centre[1] + 0.70 * radius),
        sag=0.9,
    )
    shaft = _from_line(
        (centre[0] + 0.86 * radius, centre[1] - 0.52 * radius),
        (centre[0] + 2.3 * radius, centre[1] - 0.62 * radius),
    )
    for line in (neck, shaft):
        mirror += 3.4 * np.exp(-((line / 0.26) ** 2))
        bone += np.exp(-((line / 0.3) ** 2))


def _inside(*corners: PlanePoint) -> NDArray[np.bool_]:
    """Return the pixels inside a triangle."""
    x, y = axes()
    turns = []
    for start, end in zip(corners, (*corners[1:], corners[0]), strict=True):
        turns.append((end[0] - start[0]) * (y - start[1]) - (end[1] - start[1]) * (x - start[0]))
    signs = np.stack(np.broadcast_arrays(*turns))
    return np.asarray((signs > 0).all(axis=0) | (signs < 0).all(axis=0))
