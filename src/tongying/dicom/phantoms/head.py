"""The head of a child of about two to five years, as T1-weighted signal (white matter = 800)."""

from __future__ import annotations

import numpy as np

from tongying.dicom.phantoms.drawing import (
    Grid,
    Mask,
    Point,
    Volume,
    blur,
    ellipsoid,
    radius_from,
    smooth_field,
    tube,
)

HEAD_GRID = Grid((110, 192, 160), (1.5, 1.05, 1.05), (-83.475, -100.275, -82.0))
"""Axial slices of 1.5 mm; z = 0 lies at the thalami."""
AIR, BONE, CSF, GREY, WHITE, MUSCLE, FAT = 0.0, 70.0, 190.0, 540.0, 800.0, 420.0, 980.0
_BRAIN_CENTRE: Point = (0.0, 2.0, 8.0)
_BRAIN_RADII: Point = (63.0, 78.0, 58.0)
_CEREBELLUM: Point = (0.0, 41.0, -34.0)
_CEREBELLUM_RADII: Point = (49.0, 33.0, 23.0)


def draw_head(random: np.random.Generator, *, ventricle_scale: float) -> Volume:
    """Draw the head.

    Parameters
    ----------
    random : numpy.random.Generator
        For the folds of the cortex and the grain of muscle and marrow.
    ventricle_scale : float
        Width of the ventricles, 1 being ordinary.
    """
    grid = HEAD_GRID
    folds = smooth_field(random, grid, 8.5)
    signal = np.zeros(grid.shape, dtype=np.float32)
    surface = _surface(grid)
    _outside(signal, grid, surface, folds)
    shape = _hemispheres(grid, surface)
    below = _posterior_fossa(grid)
    # Water fills two or three millimetres around the brain; what lies beyond is the skull's base.
    near = blur((shape | below).astype(np.float32), (1.2, 1.8, 1.8)) > 0.12
    signal[((surface < 1.0) & (grid.axes()[2] > -6)) | near] = CSF
    cerebrum = _cerebrum(signal, grid, surface, folds, shape)
    _deep_grey(signal, grid, cerebrum)
    _hindbrain(signal, grid, folds)
    signal[ventricles(grid, ventricle_scale)] = CSF
    return signal


def ventricles(grid: Grid, scale: float) -> Mask:
    """Return the lateral, third and fourth ventricles; every horn is `scale` times as wide."""
    found = np.zeros(grid.shape, dtype=np.bool_)
    wide = 1.0 + 0.45 * (scale - 1.0)
    for side in (-1.0, 1.0):
        apart = 1.0 + 0.35 * (scale - 1.0)
        body: list[Point] = [
            (side * 7.5 * apart, -31.0, 12.0),
            (side * 7.0 * apart, -18.0, 19.0),
            (side * 9.0 * apart, 4.0, 22.0),
            (side * 14.0 * apart, 24.0, 18.0),
        ]
        found |= tube(grid, body, 3.4 * scale)
        atrium: list[Point] = [
            (side * 14.0 * apart, 24.0, 18.0),
            (side * 20.0 * wide, 33.0, 8.0),
            (side * 19.0 * wide, 48.0, 7.0),
        ]
        found |= tube(grid, atrium, 3.6 * scale)
        temporal: list[Point] = [
            (side * 20.0 * wide, 33.0, 8.0),
            (side * 29.0, 14.0, -12.0),
            (side * 27.0, -4.0, -17.0),
        ]
        found |= tube(grid, temporal, 1.6 * scale)
    # The septum pellucidum keeps the frontal horns apart.
    found &= np.abs(grid.axes()[0]) > 0.8
    third = ellipsoid(grid, (0, -2, 1), (1.7 * scale, 13, 9))
    fourth = ellipsoid(grid, (0, 27, -30), (5.0 * wide, 4.5 * wide, 9))
    return found | third | fourth | tube(grid, [(0, 10, -8), (0, 22, -24)], 0.9 * wide)


def _surface(grid: Grid) -> Volume:
    """Return the normalised distance to the inner table of the skull, 1 on it."""
    x, y, z = grid.axes()
    # The head is broader behind the ears than at the forehead, and flat below.
    broad = 1.0 + 0.10 * np.tanh(y / 45)
    low = np.where(z < _BRAIN_CENTRE[2], 0.94, 1.0)
    squares = (
        np.abs(x / (_BRAIN_RADII[0] * broad)) ** 2.2
        + np.abs((y - _BRAIN_CENTRE[1]) / _BRAIN_RADII[1]) ** 2.1
        + np.abs((z - _BRAIN_CENTRE[2]) / (_BRAIN_RADII[2] * low)) ** 2.2
    )
    return np.asarray(np.sqrt(squares), dtype=np.float32)


def _outside(signal: Volume, grid: Grid, surface: Volume, grain: Volume) -> None:
    """Paint scalp, skull, face, eyes and neck."""
    x, y, z = grid.axes()
    neck = ((x / 44) ** 2 + ((y - 22) / 46) ** 2 + 0 * z < 1) & (z < -30)
    face = ellipsoid(grid, (0, -40, -58), (50, 46, 52)) & (y > -96)
    skin = (surface < 1.155) | neck | face
    signal[skin] = FAT * 0.9
    inner = (((x / 40) ** 2 + ((y - 22) / 42) ** 2 + 0 * z < 1) & (z < -30)) | ellipsoid(
        grid, (0, -40, -58), (46, 42, 49)
    )
    signal[inner] = MUSCLE + 60 * grain[inner]
    spaces = inner & (grain > 1.1)
    signal[spaces] = 0.75 * FAT
    temporal = (surface < 1.13) & (surface > 1.08) & (np.abs(x) > 46) & (z < 14) & (y < 28)
    signal[surface < 1.09] = BONE
    signal[(surface < 1.072) & (surface > 1.045) & (z > -20)] = 0.45 * FAT
    signal[temporal] = MUSCLE
    base = (z < -34) & (z > -52) & (np.abs(x) < 52) & (y < 22) & (y > -60) & (surface < 1.2)
    signal[base] = (BONE + 260 * (grain > 0.3))[base]
    for side in (-1, 1):
        orbit = ellipsoid(grid, (side * 29, -58, -34), (18, 24, 16))
        signal[orbit] = 0.9 * FAT
        eye = radius_from(grid, (side * 29, -67, -34), (11.5, 11.5, 11.5))
        signal[eye < 1] = MUSCLE
        signal[eye < 0.88] = CSF
        signal[ellipsoid(grid, (side * 29, -75.5, -34), (4.5, 2, 4.5))] = MUSCLE
        signal[tube(grid, [(side * 28, -56, -34), (side * 12, -36, -30)], 2.2)] = GREY
        signal[tube(grid, [(side * 41, -70, -34), (side * 24, -42, -31)], 2.0)] = MUSCLE
        signal[ellipsoid(grid, (side * 13, -64, -46), (8, 20, 14))] = AIR
        signal[ellipsoid(grid, (side * 55, 18, -46), (9, 12, 9)) & (grain > -0.4)] = AIR
    signal[ellipsoid(grid, (0, -34, -72), (11, 20, 9))] = AIR


def _posterior_fossa(grid: Grid) -> Mask:
    return ellipsoid(grid, _CEREBELLUM, _CEREBELLUM_RADII) | tube(
        grid, [(0, 6, -8), (0, 10, -30), (0, 24, -84)], 8.5
    )


def _hemispheres(grid: Grid, surface: Volume) -> Mask:
    """Return the inside of the cerebral surface: floor of the three fossae, tentorium."""
    _, y, z = grid.axes()
    floor = np.where(y < -26, -24 - 0.18 * (y + 26), -12.0)
    floor = np.where(y > 24, -13 + 0.12 * (y - 24), floor)
    shape = z > floor + 0 * surface
    for side in (-1.0, 1.0):
        shape |= ellipsoid(grid, (side * 36.0, -6.0, -20.0), (21.0, 32.0, 23.0))
    shape &= ~ellipsoid(grid, (0, -20, -20), (13, 17, 11))
    return np.asarray(shape & (surface < 0.965))


def _cerebrum(signal: Volume, grid: Grid, surface: Volume, folds: Volume, brain: Mask) -> Mask:
    """Paint the hemispheres and return where they are."""
    x, y, z = grid.axes()
    middle = (np.abs(x + 1.2 * folds) < 1.3) & ((z > 27) | (y < -38) | (y > 45))
    sylvian = np.abs(z + 4 - 0.22 * y + 2.5 * folds) < 1.8
    fissure = sylvian & (np.abs(x) > 36) & (y > -36) & (y < 22)
    depth = (1 - surface) * 60
    medial = (np.abs(x) < 13) & ((z > 30) | (y < -42) | (y > 48))
    reach = np.where(medial, 15.0, 17.0)
    sulci = (np.abs(folds) < 0.17 * np.clip(1.25 - depth / reach, 0, 1)) & (
        (depth < reach) | medial
    )
    water = (sulci & ((depth < reach) | medial)) | middle | fissure | ~brain
    # The cortex is what lies within about three millimetres of a fold or of the surface.
    ridge = (np.abs(folds) < 0.52) & (depth < reach + 3.0)
    rim = blur(water.astype(np.float32), (1.6, 2.3, 2.3)) > 0.11
    signal[brain] = WHITE
    signal[brain & (rim | ridge)] = GREY
    signal[brain & water] = CSF
    callosum = tube(grid, [(0, -38, 12), (0, -26, 25), (0, 4, 29), (0, 26, 25), (0, 34, 14)], 3.2)
    signal[callosum & (np.abs(x) < 14)] = WHITE * 1.04
    return np.asarray(brain & ~water)


def _deep_grey(signal: Volume, grid: Grid, cerebrum: Mask) -> None:
    core = ellipsoid(grid, (0, 2, 6), (38, 44, 26))
    signal[core & cerebrum] = WHITE
    for side in (-1.0, 1.0):
        insula = radius_from(grid, (side * 22.0, -2.0, 4.0), (19.0, 30.0, 22.0))
        shell = (insula > 0.93) & (insula < 1.10) & (grid.axes()[0] * side > 30)
        signal[shell & cerebrum] = GREY
        signal[ellipsoid(grid, (side * 9.5, 7.0, 5.0), (8.0, 14.0, 9.0))] = GREY * 1.16
        signal[ellipsoid(grid, (side * 25.0, -6.0, 3.0), (6.0, 16.0, 10.0))] = GREY * 1.06
        signal[ellipsoid(grid, (side * 18.5, -3.0, 1.0), (4.0, 10.0, 7.0))] = GREY * 1.26
        caudate: list[Point] = [
            (side * 13.0, -26.0, 7.0),
            (side * 15.0, -16.0, 17.0),
            (side * 17.0, 8.0, 21.0),
        ]
        signal[tube(grid, caudate, 4.6)] = GREY * 1.05


def _hindbrain(signal: Volume, grid: Grid, folds: Volume) -> None:
    """Paint the cerebellum with its folia, and the brain stem."""
    x, y, _ = grid.axes()
    shape = radius_from(grid, _CEREBELLUM, _CEREBELLUM_RADII)
    cerebellum = shape < 1
    vallecula = (np.abs(x) < 3.5) & (y > 66)
    folia = np.cos(shape * 46 + 1.6 * folds)
    signal[cerebellum] = GREY
    signal[cerebellum & (folia > 0.93) & (shape > 0.45)] = 0.5 * (GREY + CSF)
    trees = cerebellum & (shape < 0.84) & (folia < -0.45)
    signal[trees | (shape < 0.42)] = WHITE * 0.96
    signal[cerebellum & vallecula] = CSF
    stem: list[Point] = [(0, 6, -10), (0, 11, -24)]
    signal[tube(grid, stem, 10.5)] = WHITE * 0.93
    signal[ellipsoid(grid, (0, 10, -30), (16, 13, 13))] = WHITE * 0.92
    signal[tube(grid, [(0, 14, -42), (0, 24, -84)], 6.2)] = WHITE * 0.9
