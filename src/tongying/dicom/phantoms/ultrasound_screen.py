"""The screen of a linear probe: scattering tissue and mirroring faces become a grey picture."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset

from tongying.dicom.phantoms.drawing import blur

MM_PER_PIXEL = 0.08
ROWS, COLUMNS = 480, 600
"""The calibrated region: 38.4 mm deep, 48 mm wide."""
SCREEN_COLUMNS = 640
"""With the grey bar and the depth marks at the right."""
_DYNAMIC_DB = 58.0
_CM = 3
"""Physical unit code of centimetres, PS3.3 C.8.5.5.1.15."""

Plane = NDArray[np.float32]


@dataclass(slots=True)
class Scene:
    """Scattering strength of tissue, mirror-like echoes, and what stops the sound."""

    scatter: Plane
    mirror: Plane
    bone: Plane


def calibrated_region() -> Dataset:
    """Return the ultrasound region that gives the picture its millimetres."""
    region = Dataset()
    region.RegionSpatialFormat = 1
    region.RegionDataType = 1
    region.RegionFlags = 0
    region.RegionLocationMinX0, region.RegionLocationMinY0 = 0, 0
    region.RegionLocationMaxX1, region.RegionLocationMaxY1 = COLUMNS - 1, ROWS - 1
    region.PhysicalUnitsXDirection = region.PhysicalUnitsYDirection = _CM
    region.PhysicalDeltaX = region.PhysicalDeltaY = MM_PER_PIXEL / 10
    return region


def axes() -> tuple[Plane, Plane]:
    """Return the millimetres across and down of every pixel, each broadcastable."""
    x = (np.arange(COLUMNS, dtype=np.float32) * np.float32(MM_PER_PIXEL))[None, :]
    y = (np.arange(ROWS, dtype=np.float32) * np.float32(MM_PER_PIXEL))[:, None]
    return x, y


def grain_of(random: np.random.Generator) -> NDArray[np.complex64]:
    """Return fully developed speckle of mean power 1, wider across the beam than along it."""
    parts = []
    for _ in range(2):
        part = blur(random.standard_normal((ROWS, COLUMNS), dtype=np.float32), (1.1, 2.6))
        parts.append(part / part.std() / np.float32(2**0.5))
    return np.asarray(parts[0] + 1j * parts[1], dtype=np.complex64)


def screen_of(scene: Scene, grain: NDArray[np.complex64]) -> NDArray[np.uint8]:
    """Return what the machine shows: echoes behind bone fade, the rest is log-compressed."""
    _, y = axes()
    passed = np.cumsum(scene.bone, axis=0) - scene.bone
    through = np.exp(-0.85 * blur(passed, (0.0, 3.0)))
    focus = 1.0 - 0.012 * np.abs(y - 16)
    mirror = blur(scene.mirror, (0.6, 3.0))
    strength = np.abs(grain * scene.scatter + mirror * (0.75 + 0.25 * grain)) * through * focus
    noise = 0.004 * (1 + y / 20) * np.abs(np.roll(grain, 97, axis=1))
    level = 20 * np.log10(np.maximum(strength + noise, 1e-4) / 3.2) + _DYNAMIC_DB
    grey = np.clip(level / _DYNAMIC_DB, 0, 1) ** 1.25 * 245
    screen = np.zeros((ROWS, SCREEN_COLUMNS), dtype=np.uint8)
    screen[:, :COLUMNS] = np.rint(grey)
    screen[20:220, COLUMNS + 22 : COLUMNS + 32] = np.linspace(245, 0, 200).astype(np.uint8)[:, None]
    for millimetre in range(0, int(ROWS * MM_PER_PIXEL), 5):
        row, long = round(millimetre / MM_PER_PIXEL), millimetre % 10 == 0
        screen[row, COLUMNS + 4 : COLUMNS + (14 if long else 9)] = 200
    return screen
