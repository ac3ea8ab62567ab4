"""Drawing in a volume: ellipsoids and tubes in millimetres, smooth random fields, blur.

Volumes are float32 arrays of shape (slices, rows, columns); coordinates are LPS in millimetres,
with x towards the child's left, y towards the back and z towards the head.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Volume = NDArray[np.float32]
Mask = NDArray[np.bool_]
Point = tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class Grid:
    """Where the voxels of a volume lie.

    Attributes
    ----------
    shape : tuple of int
        (slices, rows, columns).
    spacing : tuple of float
        (slice, row, column) distance in mm.
    origin : tuple of float
        LPS position (x, y, z) of the first voxel's centre, in mm.
    """

    shape: tuple[int, int, int]
    spacing: tuple[float, float, float]
    origin: Point

    def axes(self) -> tuple[Volume, Volume, Volume]:
        """Return x, y and z of the voxel centres, in mm, each broadcastable to the volume."""
        slices, rows, columns = self.shape
        dz, dy, dx = self.spacing
        x0, y0, z0 = self.origin
        return (
            (x0 + dx * np.arange(columns, dtype=np.float32))[None, None, :],
            (y0 + dy * np.arange(rows, dtype=np.float32))[None, :, None],
            (z0 + dz * np.arange(slices, dtype=np.float32))[:, None, None],
        )

    def slice_position(self, index: int) -> list[float]:
        """Return Image Position (Patient) of a slice, in mm."""
        x, y, z = self.origin
        return [x, y, round(z + index * self.spacing[0], 4)]


def ellipsoid(grid: Grid, centre: Point, radii: Point) -> Mask:
    """Return the voxels inside an axis-parallel ellipsoid; centre and radii are (x, y, z) in mm."""
    found = np.zeros(grid.shape, dtype=np.bool_)
    lows = [middle - radius for middle, radius in zip(centre, radii, strict=True)]
    highs = [middle + radius for middle, radius in zip(centre, radii, strict=True)]
    box, (x, y, z) = _within(grid, lows, highs)
    squares = ((x - centre[0]) / radii[0]) ** 2 + ((y - centre[1]) / radii[1]) ** 2
    found[box] = squares + ((z - centre[2]) / radii[2]) ** 2 < 1
    return found


def radius_from(grid: Grid, centre: Point, radii: Point) -> Volume:
    """Return the normalised distance from an ellipsoid's centre: 1 on its surface."""
    squares = [
        ((axis - middle) / radius) ** 2
        for axis, middle, radius in zip(grid.axes(), centre, radii, strict=True)
    ]
    return np.asarray(np.sqrt(squares[0] + squares[1] + squares[2]), dtype=np.float32)


def tube(grid: Grid, points: list[Point], radius: float) -> Mask:
    """Return the voxels within `radius` mm of a line through points (x, y, z)."""
    found = np.zeros(grid.shape, dtype=np.bool_)
    for start, end in itertools.pairwise(points):
        pairs = list(zip(start, end, strict=True))
        lows, highs = [min(pair) - radius for pair in pairs], [max(pair) + radius for pair in pairs]
        box, (x, y, z) = _within(grid, lows, highs)
        run = [last - first for first, last in pairs]
        length = sum(part * part for part in run)
        along = (x - start[0]) * run[0] + (y - start[1]) * run[1] + (z - start[2]) * run[2]
        along = np.clip(along / length, 0, 1)
        squared = (
            (x - start[0] - along * run[0]) ** 2
            + (y - start[1] - along * run[1]) ** 2
            + (z - start[2] - along * run[2]) ** 2
        )
        found[box] |= squared < radius**2
    return found


def blur(volume: Volume, sigma: tuple[float, ...]) -> Volume:
    """Convolve with a Gaussian of `sigma` voxels along each axis; the edges repeat."""
    for axis, width in enumerate(sigma):
        if width <= 0:
            continue
        reach = max(1, int(np.ceil(3 * width)))
        offsets = np.arange(-reach, reach + 1)
        weights = np.exp(-0.5 * (offsets / width) ** 2)
        weights /= weights.sum()
        padding = [(0, 0)] * volume.ndim
        padding[axis] = (reach, reach)
        padded = np.pad(volume, padding, mode="edge")
        length = volume.shape[axis]
        smooth = np.zeros_like(volume)
        for place, weight in enumerate(weights.astype(np.float32)):
            window = [slice(None)] * volume.ndim
            window[axis] = slice(place, place + length)
            smooth += weight * padded[tuple(window)]
        volume = smooth
    return volume


def smooth_field(random: np.random.Generator, grid: Grid, scale_mm: float) -> Volume:
    """Return a random field of mean 0 and deviation 1 whose bumps are about `scale_mm` wide.

    Made by filtering white noise in the Fourier domain, so it is periodic over the volume.
    """
    noise = random.standard_normal(grid.shape, dtype=np.float32)
    frequencies = [
        np.fft.fftfreq(count, step)
        for count, step in zip(grid.shape[:2], grid.spacing[:2], strict=True)
    ]
    frequencies.append(np.fft.rfftfreq(grid.shape[2], grid.spacing[2]))
    exponent = -2 * (np.pi * scale_mm / 2) ** 2
    spectrum = np.fft.rfftn(noise)
    for axis, values in enumerate(frequencies):
        shape = [1, 1, 1]
        shape[axis] = -1
        spectrum *= np.exp(exponent * values**2).astype(np.float32).reshape(shape)
    field = np.fft.irfftn(spectrum, s=grid.shape, axes=(0, 1, 2)).astype(np.float32)
    return np.asarray((field - field.mean()) / field.std(), dtype=np.float32)


def slow_field(random: np.random.Generator, grid: Grid) -> Volume:
    """Return a field between -1 and 1 that changes slowly, as a coil's sensitivity."""
    field = np.zeros(grid.shape, dtype=np.float32)
    for _ in range(3):
        waves = []
        for axis in grid.axes():
            turns = random.uniform(0.2, 0.6)
            span = float(axis.max() - axis.min())
            start = random.uniform(0, 2 * np.pi)
            waves.append(np.cos(start + 2 * np.pi * turns * axis / span).astype(np.float32))
        field += waves[0] * waves[1] * waves[2] / np.float32(3)
    return field


def magnitude(
    signal: Volume, grid: Grid, random: np.random.Generator, *, noise: float, bias: float
) -> Volume:
    """Return the magnitude image of a signal: receive field, Rician noise.

    Parameters
    ----------
    signal : ndarray
        Not changed.
    grid : Grid
    random : numpy.random.Generator
    noise : float
        Deviation of the noise in each channel of the complex signal.
    bias : float
        Largest deviation of the receive field from 1.
    """
    received = signal * (1 + np.float32(bias) * slow_field(random, grid))
    real = received + noise * random.standard_normal(signal.shape, dtype=np.float32)
    imaginary = noise * random.standard_normal(signal.shape, dtype=np.float32)
    return np.asarray(np.hypot(real, imaginary), dtype=np.float32)


def _within(
    grid: Grid, lows: list[float], highs: list[float]
) -> tuple[tuple[slice, slice, slice], tuple[Volume, Volume, Volume]]:
    """Return the part of a grid between two corners (x, y, z), and the coordinates of its axes."""
    x, y, z = grid.axes()
    parts = []
    for axis, low, high in zip((x, y, z), lows, highs, strict=True):
        first, last = np.searchsorted(axis.ravel(), (low, high))
        parts.append(slice(int(first), int(last)))
    columns, rows, slices = parts
    return (slices, rows, columns), (x[:, :, columns], y[:, rows, :], z[slices, :, :])
