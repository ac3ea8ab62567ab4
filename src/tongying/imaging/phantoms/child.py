"""A digital child: one map of tissues, from which every modality is made.

Head and torso are drawn to look right in a child of about four years; sizes vary from child to
child by random draws. Nothing here is a norm.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum, StrEnum

import numpy as np
from numpy.typing import NDArray

from tongying.imaging.grid import Grid
from tongying.imaging.phantoms.shapes import Canvas, Field, Point, smooth_field
from tongying.imaging.volume import Mask


class Part(StrEnum):
    """Which part of the child."""

    HEAD = "head"
    TORSO = "torso"


class Tissue(IntEnum):
    """What a voxel is made of."""

    AIR = 0
    FAT = 1
    MUSCLE = 2
    BONE = 3
    MARROW = 4
    WATER = 5
    GREY = 6
    WHITE = 7
    NUCLEUS = 8
    LUNG = 9
    BLOOD = 10
    LIVER = 11
    SPLEEN = 12
    KIDNEY = 13
    BOWEL = 14
    HEART = 15
    LESION = 16
    CARTILAGE = 17


SHAPE = (80, 96, 96)
VOXEL_MM = {Part.HEAD: 2.0, Part.TORSO: 2.6}
SIZE_SPREAD = 0.07
"""Relative deviation of a child's size along each axis."""


@dataclass(frozen=True, slots=True, eq=False)
class Child:
    """One part of one child.

    Attributes
    ----------
    part : Part
    tissue : ndarray of uint8, shape (slices, rows, columns)
        Members of `Tissue`.
    texture : ndarray of float32
        Differences within a tissue, of mean 0 and deviation 1, the same in all modalities.
    grid : Grid
    drawn : dict of str to float
        What was drawn for this child.
    """

    part: Part
    tissue: NDArray[np.uint8]
    texture: Field
    grid: Grid
    drawn: dict[str, float]


def draw_child(
    part: Part,
    random: np.random.Generator,
    *,
    shape: tuple[int, int, int] = SHAPE,
    voxel_mm: float | None = None,
) -> Child:
    """Draw a child.

    Parameters
    ----------
    part : Part
    random : numpy.random.Generator
    shape : tuple of int
        (slices, rows, columns).
    voxel_mm : float, optional
        Cubic; by default such that the part fills `shape` as it fills the ordinary one.
    """
    fill = max(usual / asked for usual, asked in zip(SHAPE, shape, strict=True))
    size = VOXEL_MM[part] * fill if voxel_mm is None else voxel_mm
    extent = [size * (count - 1) for count in shape[::-1]]
    grid = Grid.of(shape, spacing_mm=(size,) * 3, origin_mm=[-length / 2 for length in extent])
    growth = np.clip(random.normal(1.0, SIZE_SPREAD, 3), 0.85, 1.12)
    drawn = {f"scale_{axis}": float(by) for axis, by in zip("xyz", growth, strict=True)}
    canvas = Canvas.on(grid, (float(growth[0]), float(growth[1]), float(growth[2])))
    tissue = np.zeros(shape, dtype=np.uint8)
    painter = _head if part is Part.HEAD else _torso
    painter(canvas, tissue, random, drawn)
    return Child(part, tissue, smooth_field(random, grid, 9.0), grid, drawn)


def _head(
    at: Canvas, tissue: NDArray[np.uint8], random: np.random.Generator, drawn: dict[str, float]
) -> None:
    folds = smooth_field(random, at.grid, 9.0)
    wide = drawn["ventricles"] = float(random.uniform(0.8, 2.0))
    surface = at.radius((0, 2, 6), (62, 76, 60))
    neck = (at.radius((0, 20, -60), (44, 46, 1e3)) < 1) & (at.z < -28)
    face = at.ellipsoid((0, -36, -56), (48, 46, 50))
    tissue[(surface < 1.17) | neck | face] = Tissue.FAT
    tissue[(at.radius((0, 20, -60), (39, 41, 1e3)) < 1) & (at.z < -28)] = Tissue.MUSCLE
    tissue[at.ellipsoid((0, -36, -56), (43, 41, 46))] = Tissue.MUSCLE
    tissue[at.tube([(0, 24, -120), (0, 22, -45)], 15)] = Tissue.BONE
    tissue[at.tube([(0, 24, -120), (0, 22, -45)], 11)] = Tissue.MARROW
    tissue[surface < 1.11] = Tissue.BONE
    tissue[(surface < 1.085) & (surface > 1.05)] = Tissue.MARROW
    tissue[surface < 1.03] = Tissue.WATER
    brain = (surface < 0.97) & (at.z > -22 + 0.1 * at.y)
    brain |= at.ellipsoid((0, 38, -32), (46, 32, 22)) & (surface < 1.0)
    depth = (1 - surface) * 62
    water = (np.abs(folds) < 0.22 * np.clip(1.3 - depth / 16, 0, 1)) & (depth < 18)
    water |= (np.abs(at.x + 1.2 * folds) < 1.6) & (at.z > 24)
    rim = (np.abs(folds) < 0.62) & (depth < 22)
    tissue[brain] = Tissue.WHITE
    tissue[brain & (rim | (surface > 0.92))] = Tissue.GREY
    tissue[brain & water] = Tissue.WATER
    tissue[at.tube([(0, 8, -8), (0, 12, -30), (0, 24, -90)], 10)] = Tissue.WHITE
    shift = drawn["nuclei_shift"] = float(random.normal(0, 2.0))
    for side in (-1.0, 1.0):
        tissue[at.ellipsoid((side * 10, 6 + shift, 5), (8, 14, 9))] = Tissue.NUCLEUS
        tissue[at.ellipsoid((side * 24, -6 + shift, 3), (6, 16, 11))] = Tissue.NUCLEUS
        horn: list[Point] = [(side * 7, -30, 10), (side * 8, 4, 23), (side * 16, 26, 16)]
        horn += [(side * 20, 34, 6), (side * 27, 4, -12)]
        tissue[at.tube(horn, 3.6 * wide)] = Tissue.WATER
        eye = (side * 29.0, -66.0, -30.0)
        tissue[at.ellipsoid((side * 29, -56, -30), (17, 24, 15))] = Tissue.FAT
        tissue[at.ellipsoid(eye, (11.5, 11.5, 11.5))] = Tissue.WATER
        tissue[at.ellipsoid((side * 13, -60, -46), (8, 18, 13))] = Tissue.AIR
        tissue[at.ellipsoid((side * 52, 18, -40), (8, 11, 9)) & (folds > -0.3)] = Tissue.AIR
    tissue[at.tube([(0, -16, -48), (0, -8, -120)], 8)] = Tissue.AIR
    spot = random.uniform((-34, -30, 8), (34, 36, 36))
    radius = drawn["lesion_mm"] = float(random.uniform(6, 14))
    centre = (float(spot[0]), float(spot[1]), float(spot[2]))
    lesion = at.radius(centre, (radius, radius * 0.9, radius * 1.1)) + 0.12 * folds < 1
    tissue[lesion & brain] = Tissue.LESION


def _outline(at: Canvas, inset: float, girth: float) -> Mask:
    """Return the inside of the skin, `inset` mm below it."""
    half_width = 98 + 8 * np.exp(-(((at.z + 90) / 50) ** 2)) + 6 * np.exp(-((at.z / 60) ** 2))
    half_width = half_width - 50 / (1 + np.exp(-(at.z - 96) / 6))
    across = np.abs(at.x) / (half_width - inset)
    back = np.abs(at.y - 4) / (girth * 66 - inset)
    return np.asarray(across**2.3 + back**2.3 < 1)


def _torso(
    at: Canvas, tissue: NDArray[np.uint8], random: np.random.Generator, drawn: dict[str, float]
) -> None:
    girth = drawn["girth"] = float(random.uniform(0.92, 1.12))
    tissue[_outline(at, 0, girth)] = Tissue.FAT
    tissue[_outline(at, 6.5, girth)] = Tissue.MUSCLE
    inside = _outline(at, 15, girth)
    tissue[inside] = Tissue.FAT
    tissue[inside & (at.z > -5)] = Tissue.MUSCLE
    _chest(at, tissue, inside, random, drawn)
    _abdomen(at, tissue, inside, random, drawn)
    _bones(at, tissue, girth, random)


def _chest(
    at: Canvas,
    tissue: NDArray[np.uint8],
    inside: Mask,
    random: np.random.Generator,
    drawn: dict[str, float],
) -> None:
    lift = drawn["diaphragm_mm"] = float(random.normal(0, 7))
    vessels = np.abs(smooth_field(random, at.grid, 8)) < 0.10
    for side, height in ((-1.0, 4.0), (1.0, -4.0)):
        lung = at.ellipsoid((side * 42, 4, 20), (36, 50, 84))
        lung &= ~at.ellipsoid((side * 36, -2, height - 48 + lift), (46, 58, 58)) & inside
        tissue[lung] = Tissue.LUNG
        near = at.radius((0, 6, 45), (60, 52, 66)) < 1
        tissue[lung & vessels & near] = Tissue.BLOOD
    beat = random.normal(0, 3, 3)
    heart = (10 + float(beat[0]), -14 + float(beat[1]), 20 + float(beat[2]) + 0.5 * lift)
    tissue[at.ellipsoid(heart, (34, 30, 31))] = Tissue.HEART
    tissue[at.ellipsoid((heart[0] + 4, heart[1], heart[2] - 3), (17, 15, 16))] = Tissue.BLOOD
    aorta: list[Point] = [(4, -4, 46), (6, 2, 74), (9, 26, 68), (10, 30, -90)]
    tissue[at.tube(aorta, 5.5)] = Tissue.BLOOD
    tissue[at.tube([(0, 10, 58), (0, 2, 130)], 4.8)] = Tissue.AIR
    for side in (-1.0, 1.0):
        tissue[at.tube([(0, 10, 58), (side * 17, 12, 45)], 3.4)] = Tissue.AIR


def _abdomen(
    at: Canvas,
    tissue: NDArray[np.uint8],
    inside: Mask,
    random: np.random.Generator,
    drawn: dict[str, float],
) -> None:
    lift = drawn["diaphragm_mm"]
    lumps = smooth_field(random, at.grid, 16)
    cavity = inside & (at.z < -20) & (at.y < 38)
    tissue[cavity & (lumps > -0.3)] = Tissue.BOWEL
    tissue[cavity & (lumps > 1.4) & (at.y < 10)] = Tissue.AIR
    size = drawn["liver"] = float(random.uniform(0.88, 1.12))
    liver = at.ellipsoid((-38, -2, -36 + lift), (50 * size, 56 * size, 50 * size))
    liver |= at.ellipsoid((6, -26, -18 + lift), (44 * size, 26, 26))
    tissue[liver & inside & (tissue != Tissue.LUNG) & (at.z < 6 + lift)] = Tissue.LIVER
    portal: list[Point] = [(0, 6, -34 + lift), (-22, 0, -26 + lift), (-46, 8, -20 + lift)]
    tissue[at.tube(portal, 4.5)] = Tissue.BLOOD
    tissue[at.ellipsoid((-30, -22, -60 + lift), (10, 12, 16))] = Tissue.WATER
    tissue[at.ellipsoid((58, 24, -20 + lift), (17, 26, 28)) & inside] = Tissue.SPLEEN
    stomach = at.ellipsoid((36, -18, -28 + lift), (24, 20, 22)) & inside
    tissue[stomach] = Tissue.WATER
    tissue[stomach & (at.y < -26)] = Tissue.AIR
    for side in (-1.0, 1.0):
        low = float(random.normal(-72, 5))
        where = (side * (41 + float(random.normal(0, 2))), 32.0, low)
        tissue[at.ellipsoid(where, (25, 23, 35)) & inside] = Tissue.FAT
        tissue[at.ellipsoid(where, (18, 16, 30))] = Tissue.KIDNEY
        tissue[at.ellipsoid((where[0] - side * 6, 28, low), (8, 6, 14))] = Tissue.WATER
    radius = drawn["lesion_mm"] = float(random.uniform(10, 22))
    mass = at.radius((32, 28, -34), (radius, radius * 0.9, radius * 1.1)) + 0.1 * lumps < 1
    tissue[mass & inside] = Tissue.LESION


def _bones(
    at: Canvas, tissue: NDArray[np.uint8], girth: float, random: np.random.Generator
) -> None:
    start = float(random.uniform(0, 17))
    level = np.mod(at.z + start, 17.0)
    back = 38 * girth
    for side in (-1, 1):
        tissue[at.tube([(side * 19, 50 * girth, -140), (side * 19, 50 * girth, 140)], 13)] = (
            Tissue.MUSCLE
        )
    ring = ((at.x / 15) ** 2 + ((at.y - back) / 12) ** 2) + 0 * at.z
    tissue[(ring < 1) & (level >= 4)] = Tissue.MARROW
    tissue[(ring < 1) & (ring > 0.72) & (level >= 4)] = Tissue.BONE
    tissue[(ring < 1) & (level < 4)] = Tissue.CARTILAGE
    arch = ((at.x / 13) ** 2 + ((at.y - back - 16) / 10) ** 2) + 0 * at.z
    tissue[(arch < 1) & (level > 5)] = Tissue.BONE
    tissue[(at.x / 7) ** 2 + ((at.y - back - 15) / 6) ** 2 + 0 * at.z < 1] = Tissue.WATER
    wall = _outline(at, 8.5, girth) & ~_outline(at, 14, girth) & (at.z > -25)
    phase = np.mod(at.z + start + 0.55 * (52 - at.y), 18.0)
    tissue[wall & (phase < 7) & (at.y > -34) & (np.abs(at.x) > 12)] = Tissue.BONE
    tissue[wall & (phase < 7) & (at.y <= -34) & (np.abs(at.x) > 8)] = Tissue.CARTILAGE
    for side in (-1, 1):
        wing = at.radius((side * 56, 22, -104), (30, 36, 34))
        tissue[(wing < 1) & (wing > 0.78) & (at.z < -80) & (at.y > 0)] = Tissue.BONE
