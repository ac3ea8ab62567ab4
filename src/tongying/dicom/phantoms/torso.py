"""The torso of a child of about four years: CT numbers and FDG uptake, with a suprarenal mass.

The organs' sizes are drawn to look right in a child of 16.5 kg; CT numbers are usual magnitudes at
80 kV, uptakes usual SUVs of a quiet, fasted child. None of them is a norm.
"""

from __future__ import annotations

from dataclasses import dataclass

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

CT_GRID = Grid((80, 200, 200), (4.0, 1.3, 1.3), (-129.35, -129.35, 0.0))
"""260 mm field of view, 320 mm from the pelvis (z = 0) to the root of the neck."""
MASS_CENTRE: Point = (32.0, 28.0, 168.0)
MASS_RADII: Point = (19.0, 17.0, 21.0)
MASS_HU = 44.0


@dataclass(frozen=True, slots=True)
class Torso:
    """CT numbers in HU and uptake in SUV, both on `CT_GRID`."""

    hu: Volume
    suv: Volume


class _Painter:
    """Paints tissue over tissue; what is painted last lies on top."""

    def __init__(self, grid: Grid) -> None:
        self.hu = np.full(grid.shape, -1000, dtype=np.float32)
        self.suv = np.zeros(grid.shape, dtype=np.float32)

    def paint(self, where: Mask, hu: float, suv: float) -> None:
        self.hu[where] = hu
        self.suv[where] = suv


def draw_torso(random: np.random.Generator, *, mass_suv: float) -> Torso:
    """Draw the torso.

    Parameters
    ----------
    random : numpy.random.Generator
        For bowel gas, lung vessels and texture.
    mass_suv : float
        Uptake of the left suprarenal mass, as SUV.
    """
    grid = CT_GRID
    painter, body = _tissues(grid, random, mass_suv)
    _table(painter, grid)
    texture = smooth_field(random, grid, 12)
    painter.hu[body] += 4 * texture[body]
    painter.suv *= 1 + 0.04 * texture
    return Torso(painter.hu, painter.suv)


def draw_tissues(random: np.random.Generator, *, mass_suv: float) -> Torso:
    """Draw the same torso without texture and couch: each tissue has one number of each kind.

    Parameters
    ----------
    random : numpy.random.Generator
        In the state that `draw_torso` took it in, for the same child.
    mass_suv : float
        Uptake of the left suprarenal mass, as SUV.
    """
    painter, _ = _tissues(CT_GRID, random, mass_suv)
    return Torso(painter.hu, painter.suv)


def _tissues(grid: Grid, random: np.random.Generator, mass_suv: float) -> tuple[_Painter, Mask]:
    painter = _Painter(grid)
    body = _body(painter, grid)
    lungs = _chest(painter, grid, body, random)
    _abdomen(painter, grid, body, random)
    _bones(painter, grid, body, lungs)
    painter.paint(_mass(grid, random), MASS_HU, mass_suv)
    calcium = ellipsoid(grid, (35, 30, 172), (3, 2.5, 4))
    painter.hu[calcium] = 260
    return painter, body


def _outline(grid: Grid, inset: float) -> Mask:
    """Return the inside of the skin, `inset` mm below it."""
    x, y, z = grid.axes()
    half_width = 96 + 10 * np.exp(-(((z - 30) / 55) ** 2)) + 8 * np.exp(-(((z - 285) / 35) ** 2))
    half_width = half_width - 52 / (1 + np.exp(-(z - 312) / 6))
    half_depth = 66 + 4 * np.exp(-(((z - 130) / 60) ** 2)) - 14 / (1 + np.exp(-(z - 310) / 6))
    across = np.abs(x) / (half_width - inset)
    back = np.abs(y - 4) / (half_depth - inset)
    return np.asarray(across**2.3 + back**2.3 < 1)


def _body(painter: _Painter, grid: Grid) -> Mask:
    body = _outline(grid, 0)
    painter.paint(body, 20, 0.5)
    painter.paint(_outline(grid, 1.6), -95, 0.2)
    painter.paint(_outline(grid, 6.5), 55, 0.5)
    painter.paint(_outline(grid, 14.0), -70, 0.35)
    return body


def _chest(painter: _Painter, grid: Grid, body: Mask, random: np.random.Generator) -> Mask:
    _, _, z = grid.axes()
    painter.paint(_outline(grid, 17) & (z > 205), 45, 0.8)
    lungs = np.zeros(grid.shape, dtype=np.bool_)
    for side, height in ((-1, 214.0), (1, 206.0)):
        cavity = radius_from(grid, (side * 41, 4, 222), (35, 50, 82)) < 1
        dome = ellipsoid(grid, (side * 36, -2, height - 48), (44, 56, 58))
        lungs |= cavity & ~dome
    lungs &= _outline(grid, 15)
    painter.paint(lungs, -790, 0.35)
    vessels = np.abs(smooth_field(random, grid, 7)) < 0.10
    near = np.exp(-((radius_from(grid, (0, 6, 252), (58, 50, 62))) ** 2))
    painter.hu[lungs & vessels] += (620 * near)[lungs & vessels]
    painter.paint(ellipsoid(grid, (10, -14, 226), (33, 30, 30)), 42, 2.4)
    painter.paint(ellipsoid(grid, (14, -14, 222), (17, 15, 16)), 40, 1.5)
    painter.paint(ellipsoid(grid, (0, -30, 268), (20, 12, 24)), 40, 1.3)
    painter.paint(
        tube(grid, [(4, -4, 246), (6, 2, 274), (9, 26, 268), (10, 30, 120)], 5.5), 42, 1.4
    )
    painter.paint(tube(grid, [(0, 10, 262), (0, 2, 320)], 4.5), -980, 0.1)
    painter.paint(tube(grid, [(0, 10, 262), (-16, 12, 248)], 3.2), -960, 0.1)
    painter.paint(tube(grid, [(0, 10, 262), (18, 12, 246)], 3.0), -960, 0.1)
    return np.asarray(lungs & body)


def _abdomen(painter: _Painter, grid: Grid, body: Mask, random: np.random.Generator) -> None:
    x, y, z = grid.axes()
    cavity = _outline(grid, 15) & (z > 14) & (z < 200) & (y < 40)
    lumps = smooth_field(random, grid, 15)
    painter.paint(cavity & (lumps > -0.35), 38, 0.9)
    gas = cavity & (lumps > 1.5) & (y < 10) & (z < 150)
    painter.paint(gas, -850, 0.3)
    domed = ellipsoid(grid, (-36, -2, 165), (43, 55, 57)) | ellipsoid(
        grid, (36, -2, 157), (43, 55, 57)
    )
    right = ellipsoid(grid, (-38, -2, 172), (50, 56, 54))
    left = ellipsoid(grid, (8, -26, 186), (48, 28, 28))
    inside = _outline(grid, 14)
    liver = (right | left) & inside & (domed | (z < 165)) & (z - 0.55 * x > 152 - 12)
    liver &= ~ellipsoid(grid, (-14, 34, 150), (26, 22, 50))
    painter.paint(np.asarray(liver), 62, 1.9)
    portal = [(0.0, 6.0, 168.0), (-22.0, 0.0, 178.0), (-44.0, 8.0, 184.0)]
    painter.paint(tube(grid, portal, 4) & liver, 50, 1.7)
    painter.paint(ellipsoid(grid, (-30, -22, 142), (10, 12, 17)), 12, 0.4)
    painter.paint(ellipsoid(grid, (58, 26, 184), (17, 26, 28)) & inside, 52, 1.5)
    stomach = ellipsoid(grid, (36, -18, 176), (24, 20, 22)) & inside
    painter.paint(stomach, 26, 0.9)
    painter.paint(stomach & np.asarray(y < -27), -880, 0.2)
    painter.paint(tube(grid, [(-14, 4, 146), (10, 2, 152), (40, 14, 160)], 6), 42, 1.1)
    painter.paint(tube(grid, [(10, 30, 130), (6, 28, 72)], 5), 44, 1.4)
    painter.paint(tube(grid, [(-10, 27, 214), (-9, 27, 72)], 6), 44, 1.4)
    for side, height in ((-1, 132), (1, 126)):
        centre = (side * 41.0, 32.0, float(height))
        painter.paint(ellipsoid(grid, centre, (26, 24, 36)) & inside, -80, 0.3)
        painter.paint(ellipsoid(grid, centre, (18, 16, 30)), 38, 2.2)
        pelvis = (side * 35.0, 28.0, float(height))
        painter.paint(ellipsoid(grid, pelvis, (9, 6, 15)), 8, 9.0)
        muscle = [(side * 20.0, 34.0, 180.0), (side * 28.0, 34.0, 70.0), (side * 36.0, 6.0, 20.0)]
        painter.paint(tube(grid, muscle, 10) & body, 56, 0.6)
    painter.paint(ellipsoid(grid, (0, -18, 32), (25, 22, 23)), 8, 14.0)


def _mass(grid: Grid, random: np.random.Generator) -> Mask:
    lobes = smooth_field(random, grid, 14)
    return np.asarray(radius_from(grid, MASS_CENTRE, MASS_RADII) + 0.10 * lobes < 1)


def _bones(painter: _Painter, grid: Grid, body: Mask, lungs: Mask) -> None:
    x, y, z = grid.axes()
    level = np.mod(z, 17.0)
    for side in (-1, 1):
        erector = ((x - side * 19) / 17) ** 2 + ((y - 50) / 13) ** 2 < 1
        painter.paint(np.asarray(erector & body & (z < 330)), 58, 0.5)
    ring = ((x / 14.5) ** 2 + ((y - 38) / 11.5) ** 2) + 0 * z
    painter.paint(np.asarray((ring < 1) & (level >= 4)), 230, 1.2)
    painter.paint(np.asarray((ring < 1) & (ring > 0.78) & (level >= 4)), 420, 1.0)
    painter.paint(np.asarray((ring < 1) & (level < 4)), 75, 0.6)
    arch = ((x / 13) ** 2 + ((y - 54) / 9.5) ** 2) + 0 * z
    painter.paint(np.asarray((arch < 1) & (level > 5)), 330, 0.9)
    painter.paint(np.asarray((np.abs(x) < 2.5) & (y > 54) & (y < 65) & (level > 6)), 320, 0.9)
    painter.paint(np.asarray((x / 8.5) ** 2 + ((y - 53) / 6.5) ** 2 + 0 * z < 1), 25, 0.9)
    wall = _outline(grid, 9.0) & ~_outline(grid, 13.5) & (z > 178) & (z < 306)
    # Ribs fall from back to front; the cartilage of the front third is not bone.
    phase = np.mod(z + 0.55 * (52 - y), 18.0)
    painter.paint(np.asarray(wall & (phase < 7) & (y > -34) & (np.abs(x) > 12)), 380, 0.8)
    painter.paint(np.asarray(wall & (phase < 7) & (y <= -34) & (np.abs(x) > 8)), 95, 0.5)
    sternum = (np.abs(x) < 9) & (y > -60) & (y < -51) & (z > 212) & (z < 296)
    painter.paint(np.asarray(sternum & (np.mod(z, 22) > 3)), 240, 1.0)
    for side in (-1, 1):
        wing = radius_from(grid, (side * 56, 22, 52), (30, 36, 46))
        lateral = (x * side - 56) / 30 + (y - 22) / 36 > 0.1
        blade = (wing < 1) & (wing > 0.80) & lateral & (z > 26) & (z < 88)
        painter.paint(np.asarray(blade & body), 340, 1.0)
        painter.paint(ellipsoid(grid, (side * 66, 10, 18), (16, 16, 17)), 300, 1.0)
        painter.paint(ellipsoid(grid, (side * 66, 10, 14), (12, 12, 12)), 190, 0.9)
        scapula = [(side * 66.0, 52.0, 296.0), (side * 50.0, 60.0, 262.0)]
        painter.paint(tube(grid, scapula, 4) & body & ~lungs, 330, 0.8)
        clavicle = [(side * 10.0, -40.0, 300.0), (side * 74.0, -8.0, 308.0)]
        painter.paint(tube(grid, clavicle, 4) & body, 420, 0.8)


def _table(painter: _Painter, grid: Grid) -> None:
    x, y, z = grid.axes()
    sag = y - (100 - 0.0022 * x**2) + 0 * z
    couch = (np.abs(x) < 110) & (np.abs(sag) < 1.6) & (painter.hu < -900)
    painter.hu[np.asarray(couch)] = -250


def as_scanned(hu: Volume, random: np.random.Generator) -> Volume:
    """Return CT numbers as a scanner shows them: a soft kernel, and noise of about 14 HU."""
    noise = blur(random.standard_normal(hu.shape, dtype=np.float32), (0.0, 0.7, 0.7))
    return blur(hu, (0.35, 0.55, 0.55)) + np.float32(14 / noise.std()) * noise
