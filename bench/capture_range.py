"""How far off a registration may begin and still succeed: `python -m bench.registration --curve`.

A pair with the truth "as placed" is moved by its header by a known shift or turn, in at least ten
random directions each; ours begins from there without help. Success: the mean target error is below
half the coarser voxel, or 2 mm if that is more.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np

from bench import registration_cases
from tongying.imaging.grid import Grid
from tongying.imaging.registration.rigid import register_rigid
from tongying.imaging.volume import Volume

SHIFTS_MM = (0, 10, 20, 30, 40, 50, 60)
TURNS_DEG = (10, 20, 30, 45)
DIRECTIONS = 10
_LEAST_MM = 2.0


def measured() -> str:
    """Measure and return the table."""
    lines = [
        "Capture range, no start given: share of ten random directions that end with a mean target"
        " error below half the coarser voxel or 2 mm.",
        "",
        "| pair | "
        + " | ".join([f"{mm} mm" for mm in SHIFTS_MM] + [f"{d}°" for d in TURNS_DEG])
        + " |",
        "|---|" + "---:|" * (len(SHIFTS_MM) + len(TURNS_DEG)),
    ]
    with tempfile.TemporaryDirectory(prefix="tongying-curve-") as folder:
        for label, fixed, moving, targets, limit in _pairs(Path(folder)):
            shares = [_share(fixed, moving, targets, limit, (mm, 0.0)) for mm in SHIFTS_MM] + [
                _share(fixed, moving, targets, limit, (0.0, turn)) for turn in TURNS_DEG
            ]
            print(label, shares, file=sys.stderr, flush=True)
            lines.append(f"| {label} | " + " | ".join(f"{one:.0%}" for one in shares) + " |")
    return "\n".join(lines)


def _pairs(folder: Path) -> Iterator[tuple[str, Volume, Volume, np.ndarray, float]]:
    from bench.registration import volume_of

    for number, name in enumerate(("chest CT, PET-like", "brain MR of 3 y, follow-up")):
        case = registration_cases.make(name, 0, folder / str(number), None)
        if isinstance(case, str):
            continue
        fixed, moving = (
            volume_of(case.fixed, case.modalities[0]),
            volume_of(case.moving, case.modalities[1]),
        )
        back = moved(moving, np.linalg.inv(case.truth))
        yield name, fixed, back, case.targets, max(case.half_voxel_mm, _LEAST_MM)


def _share(
    fixed: Volume, moving: Volume, targets: np.ndarray, limit: float, offset: tuple[float, float]
) -> float:
    good = 0
    for number in range(DIRECTIONS):
        random = np.random.default_rng([number, int(offset[0]), int(offset[1])])
        axis, along = random.normal(size=3), random.normal(size=3)
        along *= offset[0] / np.linalg.norm(along)
        truth = registration_cases.rigid(axis, offset[1], along, fixed.grid.centre_mm)
        found = register_rigid(fixed, moved(moving, truth), seed=number, restarts=1)
        apart = found.transform.matrix - truth
        error = np.linalg.norm(targets @ apart[:3, :3].T + apart[:3, 3], axis=1).mean()
        good += bool(error < limit)
    return good / DIRECTIONS


def moved(volume: Volume, matrix: np.ndarray) -> Volume:
    """Return a volume moved by a rigid matrix: its voxels keep their values."""
    return replace(volume, grid=Grid(volume.grid.shape, matrix @ volume.grid.affine))
