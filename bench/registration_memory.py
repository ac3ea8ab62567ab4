"""The peak of memory of a rigid fusion of a CT of 512 x 512 x 500 with an MR of 256 x 256 x 256.

Runs in a process of its own: ``python -m bench.registration_memory`` prints the peak in MB.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
from scipy import ndimage

from tongying.imaging.grid import Grid
from tongying.imaging.registration.rigid import register_rigid
from tongying.imaging.volume import Quantity, Volume

LIMIT_MB = 2048
_SHIFT_MM = (8.0, -5.0, 6.0)


def measured() -> str:
    """Measure in a subprocess and return one sentence."""
    root = Path(__file__).resolve().parents[1]
    done = subprocess.run(
        [sys.executable, "-m", "bench.registration_memory"],
        capture_output=True,
        text=True,
        cwd=root,
        check=True,
    )
    got = json.loads(done.stdout)
    holds = "holds" if got["peak_mb"] <= LIMIT_MB else "does **not** hold"
    return (
        f"Memory: CT of 512 x 512 x 500 int16 with MR of 256 x 256 x 256 int16, both held: peak"
        f" {got['peak_mb']:.0f} MB resident (before registration {got['before_mb']:.0f} MB,"
        f" {got['wall_s']:.1f} s, error {got['error_mm']:.2f} mm); the limit of {LIMIT_MB} MB"
        f" {holds}."
    )


def main() -> int:
    """Register the large pair."""
    ct, mr = _pair()
    before = peak_mb()
    began = time.perf_counter()
    found = register_rigid(ct, mr)
    wall = time.perf_counter() - began
    peak = peak_mb()
    apart = found.transform.matrix - _truth()
    corners = ct.grid.corners() * 0.5
    error = np.linalg.norm(corners @ apart[:3, :3].T + apart[:3, 3], axis=1).mean()
    answer = {"peak_mb": peak, "before_mb": before, "wall_s": wall, "error_mm": float(error)}
    print(json.dumps(answer))
    return 0


def peak_mb() -> float:
    """Return this process's peak of resident memory; rusage counts the parent's before exec."""
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024


def _truth() -> np.ndarray:
    matrix = np.eye(4)
    matrix[:3, 3] = _SHIFT_MM
    return matrix


def _pair() -> tuple[Volume, Volume]:
    """Return a body of blobs, drawn coarsely and then repeated to full size."""
    soft = _texture()
    fixed = _drawn(soft, (125, 128, 128), (2.8, 2.8, 3.2), np.zeros(3), (-1000, -50, 80))
    moving = _drawn(soft, (128, 128, 128), (2.8, 2.8, 3.2), -np.array(_SHIFT_MM), (0, 900, -500))
    return (
        Volume(_repeated(fixed, 4), _grid((500, 512, 512), (0.7, 0.7, 0.8)), Quantity.HU, "CT"),
        Volume(_repeated(moving, 2), _grid((256, 256, 256), (1.4, 1.4, 1.6)), modality="MR"),
    )


def _drawn(
    soft: np.ndarray,
    shape: tuple[int, int, int],
    spacing: tuple[float, float, float],
    shift: np.ndarray,
    levels: tuple[float, float, float],
) -> np.ndarray:
    grid = _grid(shape, spacing)
    k, j, i = np.indices(shape).reshape(3, -1)
    points = grid.to_lps(np.column_stack((i, j, k))) + shift
    inside = ((points / (150.0, 110.0, 170.0)) ** 2).sum(axis=1) < 1
    value = ndimage.map_coordinates(soft, (points / 4.0 + 60.0).T, order=1, mode="nearest")
    drawn = np.where(inside, levels[1] + levels[2] * value, levels[0])
    return drawn.reshape(shape).astype(np.int16)


def _repeated(array: np.ndarray, times: int) -> np.ndarray:
    out = np.empty([times * length for length in array.shape], dtype=array.dtype)
    for k, part in enumerate(array):
        out[k * times : (k + 1) * times] = part.repeat(times, axis=0).repeat(times, axis=1)
    return out


def _grid(shape: tuple[int, int, int], spacing: tuple[float, float, float]) -> Grid:
    extent = np.array(spacing) * (np.array(shape[::-1]) - 1)
    return Grid.of(shape, spacing_mm=spacing, origin_mm=-extent / 2)


def _texture() -> np.ndarray:
    random = np.random.default_rng(5)
    smooth = ndimage.gaussian_filter(random.normal(size=(120, 120, 120)), 3.0)
    return np.clip(smooth / smooth.std() * 0.6, -1, 1).astype(np.float32)


if __name__ == "__main__":
    sys.exit(main())
