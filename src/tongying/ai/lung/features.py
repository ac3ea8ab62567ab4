"""Numbers that describe a candidate, in a fixed order that the trained classifier knows."""

from __future__ import annotations

from typing import Final

import numpy as np
from scipy import ndimage

from tongying.ai.lung.candidates import (
    SIGMAS_MM,
    VOXEL_MM,
    Candidates,
    Doubles,
    Floats,
    Working,
)

RADII_MM: Final = (0.0, 1.0, 2.0, 3.0, 4.0, 6.0, 8.0, 11.0)
SHELLS: Final = (0.5, 1.0, 1.4, 1.8, 2.4)
"""Of the radius that the scale stands for."""
TISSUE_HU: Final = -550.0
DIRECTIONS: Final = 96
RADIUS_OF_SIGMA: Final = float(np.sqrt(3.0))

NAMES: Final = (
    "sigma_mm",
    *(f"response_{sigma}" for sigma in SIGMAS_MM),
    "curvature_1",
    "curvature_2",
    "curvature_3",
    "blobness",
    "tubeness",
    *(f"mean_{radius:g}" for radius in RADII_MM),
    *(f"{what}_{shell:g}" for shell in SHELLS for what in ("mean", "spread", "tissue", "spots")),
    *(f"{what}_{shell:g}" for shell in SHELLS for what in ("axis_1", "axis_2", "one_sided")),
    *(f"outside_{shell:g}" for shell in SHELLS),
    "contrast",
    "depth_mm",
    "height",
    "crowded",
)


def features_of(working: Working, candidates: Candidates) -> Doubles:
    """Return one row of numbers, as `NAMES` calls them, for every candidate.

    Parameters
    ----------
    working : Working
    candidates : Candidates
    """
    count = len(candidates.index)
    if not count:
        return np.empty((0, len(NAMES)))
    directions = _directions()
    clipped = np.clip(working.array, -1000.0, 300.0).astype(np.float32)
    curvature = candidates.curvature
    least = np.minimum(curvature, -1e-6)
    columns: list[Doubles] = [candidates.sigma_mm, *candidates.response.T, *curvature.T]
    columns += [least[:, 2] / least[:, 0], least[:, 2] / least[:, 1]]
    means = [_sphere(clipped, candidates.index, directions, radius).mean(1) for radius in RADII_MM]
    columns += means
    shaped: list[Doubles] = []
    outside: list[Doubles] = []
    radii = RADIUS_OF_SIGMA * candidates.sigma_mm
    last = means[0]
    for shell in SHELLS:
        values = _sphere(clipped, candidates.index, directions, shell * radii)
        tissue = values > TISSUE_HU
        columns += [values.mean(1), values.std(1), tissue.mean(1), _spots(tissue, directions)]
        shaped += _shape(tissue, directions)
        within = _sphere(
            working.inside.astype(np.float32), candidates.index, directions, shell * radii
        )
        outside.append(1.0 - within.mean(1))
        last = values.mean(1)
    columns += [*shaped, *outside, means[0] - last]
    at = tuple((candidates.index.astype(int) // 2).T)
    columns += [working.depth_mm[at].astype(np.float64), _height(working, candidates)]
    columns.append(_crowded(candidates))
    return np.stack(columns, axis=1)


def _directions() -> Doubles:
    """Return points spread evenly on the sphere (a golden spiral)."""
    number = np.arange(DIRECTIONS) + 0.5
    z = 1.0 - 2.0 * number / DIRECTIONS
    angle = np.pi * (1.0 + np.sqrt(5.0)) * number
    flat = np.sqrt(1.0 - z**2)
    return np.stack([z, flat * np.sin(angle), flat * np.cos(angle)], axis=1)


def _sphere(array: Floats, index: Doubles, directions: Doubles, radius: float | Doubles) -> Doubles:
    """Return values on a sphere about every place, shape (places, directions)."""
    reach = np.broadcast_to(np.asarray(radius, dtype=np.float64) / VOXEL_MM, (len(index),))
    points = index[:, None, :] + reach[:, None, None] * directions[None]
    values = ndimage.map_coordinates(array, points.reshape(-1, 3).T, order=1, mode="nearest")
    return np.asarray(values, dtype=np.float64).reshape(len(index), len(directions))


def _spots(tissue: np.ndarray[tuple[int, ...], np.dtype[np.bool_]], directions: Doubles) -> Doubles:
    """Count separate bright spots on a sphere: none for a free nodule, two for a vessel."""
    near = directions @ directions.T > np.cos(2.6 / np.sqrt(DIRECTIONS))
    names = np.where(tissue, np.arange(DIRECTIONS)[None], -1)
    for _ in range(24):
        spread = np.where(near[None], names[:, None, :], -1).max(axis=2)
        grown = np.where(tissue, np.maximum(names, spread), -1)
        if (grown == names).all():
            break
        names = grown
    return np.array([len(set(row[row >= 0].tolist())) for row in names], dtype=np.float64)


def _shape(
    tissue: np.ndarray[tuple[int, ...], np.dtype[np.bool_]], directions: Doubles
) -> list[Doubles]:
    """Tell whether tissue on a sphere lies along a line, in a plane, or to one side."""
    weight = tissue.astype(np.float64)
    total = np.maximum(weight.sum(1), 1.0)
    second = np.einsum("nd,di,dj->nij", weight, directions, directions) / total[:, None, None]
    axes = np.linalg.eigvalsh(second)
    mean = weight @ directions / total[:, None]
    return [axes[:, 2], axes[:, 1], np.linalg.norm(mean, axis=1)]


def _height(working: Working, candidates: Candidates) -> Doubles:
    slices = np.nonzero(working.inside.any(axis=(1, 2)))[0]
    length = max(float(slices[-1] - slices[0]), 1.0)
    return np.asarray((candidates.index[:, 0] - slices[0]) / length)


def _crowded(candidates: Candidates) -> Doubles:
    """Count other candidates within 15 mm: vessels near the hilum stand close."""
    away = np.linalg.norm(candidates.index[:, None] - candidates.index[None], axis=2)
    return np.asarray((away * VOXEL_MM < 15.0).sum(axis=1) - 1, dtype=np.float64)
