"""What a fusion of large images needs: memory, time, how often its progress moves.

    python -m bench.fusion_memory [--slices 500] [--rows 512] [--no-document]

A CT of 512 × 512 × 500 and an MR of 256³ of one child (drawn phantom, known rigid truth) go through
``tongying fuse`` as a process of their own. Printed: the peak of resident memory of that process
and those it starts, its wall and processor time, the true error of the matrix, and the longest
time between two moves of its progress.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import numpy as np
from pydicom.dataset import Dataset
from pydicom.uid import CTImageStorage, MRImageStorage

from bench.machine import machine
from tongying.dicom.phantoms.header import (
    PhantomChild,
    PhantomSeries,
    PhantomStudy,
    add_pixels,
    begin_instance,
)
from tongying.imaging.grid import Grid
from tongying.imaging.phantoms.child import Part
from tongying.imaging.phantoms.modality import Kind
from tongying.imaging.phantoms.pairs import Pair, Sight, rigid_pair
from tongying.imaging.resample import resample
from tongying.imaging.transform import MatrixTransform
from tongying.imaging.volume import Volume
from tongying.kernel.ids import uid_of

DOCUMENT = Path(__file__).resolve().parents[1] / "docs" / "benchmarks.md"
LIMIT_MB = 2048
CHILD = PhantomChild("big", "Zhao^Ming=赵^明", date(2020, 3, 1), "M", 15.0, 1.0)
AIR_HU = -1024
RUN = """
import sys, json, time, resource
from pathlib import Path
from datetime import datetime, UTC
from tongying.dicom.fusion.folder import series_files
from tongying.dicom.fusion.run import FusionRequest, run_fusion
fixed, moving, out = map(Path, sys.argv[1:])
told = [time.monotonic()]
seen = [-1.0]
gaps = {}
def progress(fraction, what):
    if fraction > seen[0]:
        now = time.monotonic()
        gaps[what] = max(gaps.get(what, 0.0), now - told[0])
        told[0], seen[0] = now, fraction
request = FusionRequest(series_files(fixed), series_files(moving), out, datetime.now(UTC), "bench")
answer = run_fusion(request, progress).as_json()
own = resource.getrusage(resource.RUSAGE_SELF)
# The peak of rusage counts the parent's before exec.
peak = int(Path("/proc/self/status").read_text().partition("VmHWM:")[2].split()[0])
children = resource.getrusage(resource.RUSAGE_CHILDREN)
print(json.dumps({
    "matrix": answer["matrix"], "verdict": answer["verdict"],
    "estimated": answer["estimated_error_mm"],
    "peak_mb": (peak + children.ru_maxrss) / 1024,
    "cpu": own.ru_utime + own.ru_stime + children.ru_utime + children.ru_stime,
    "gaps": gaps,
}))
"""


def grid_over(grid: Grid, shape: tuple[int, int, int]) -> Grid:
    """Return a grid of another shape over the same box of space."""
    length = grid.spacing_mm * np.array(grid.shape[::-1])
    spacing = length / np.array(shape[::-1])
    corner = grid.to_lps([[-0.5, -0.5, -0.5]])[0]
    origin = corner + grid.directions @ (spacing / 2)
    return Grid.of(shape, spacing_mm=spacing, origin_mm=origin, directions=grid.directions)


def images(volume: Volume, grid: Grid, series: PhantomSeries, seed: str) -> Iterator[Dataset]:
    """Yield the slices of a volume on a finer grid, one at a time."""
    study = PhantomStudy(CHILD, seed, datetime(2026, 1, 5, tzinfo=UTC), series.modality, "WHCH")
    random = np.random.default_rng(1)
    axes, spacing = grid.directions, grid.spacing_mm
    for k in range(grid.shape[0]):
        affine = grid.affine.copy()
        affine[:3, 3] = grid.to_lps([[0, 0, k]])[0]
        one = resample(volume, Grid((1, *grid.shape[1:]), affine), MatrixTransform.identity())
        noisy = one.array[0] + random.normal(0, 3, one.array.shape[1:])
        if one.valid is not None:
            noisy = np.where(one.valid[0], noisy, volume.array.min())
        dataset = begin_instance(study, series, k + 1)
        offset = AIR_HU if series.modality == "CT" else 0
        add_pixels(dataset, np.clip(np.rint(noisy - offset), 0, 65535).astype(np.uint16))
        dataset.FrameOfReferenceUID = uid_of(f"{seed}/frame")
        dataset.ImageOrientationPatient = [*axes[:, 0], *axes[:, 1]]
        dataset.ImagePositionPatient = [float(mm) for mm in affine[:3, 3]]
        dataset.PixelSpacing = [float(spacing[1]), float(spacing[0])]
        dataset.SliceThickness = float(spacing[2])
        if series.modality == "CT":
            dataset.RescaleIntercept, dataset.RescaleSlope, dataset.RescaleType = offset, 1, "HU"
        yield dataset


def write(folder: Path, datasets: Iterator[Dataset]) -> None:
    """Write a series."""
    folder.mkdir(parents=True)
    for place, dataset in enumerate(datasets):
        dataset.save_as(folder / f"{place:05d}.dcm", enforce_file_format=True)


def make(folder: Path, rows: int, slices: int) -> Pair:
    """Write both series below a folder and return the pair they were made from."""
    random = np.random.default_rng(20)
    sight = Sight(part=Part.TORSO, fixed=Kind.CT, moving=Kind.T2)
    pair = rigid_pair(sight, random, shift_mm=15.0, turn_deg=6.0)
    fixed = grid_over(pair.fixed.grid, (slices, rows, rows))
    moving = grid_over(pair.moving.grid, (256, 256, 256))
    ct = PhantomSeries(CTImageStorage, "CT", 2, "CT", "ABDOMEN")
    mr = PhantomSeries(MRImageStorage, "MR", 2, "T2", "ABDOMEN")
    write(folder / "ct", images(pair.fixed, fixed, ct, "big-ct"))
    write(folder / "mr", images(pair.moving, moving, mr, "big-mr"))
    return pair


def main() -> int:
    """Measure; return 1 if the memory goes beyond the limit."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--slices", type=int, default=500)
    parser.add_argument("--rows", type=int, default=512)
    parser.add_argument("--no-document", action="store_true")
    arguments = parser.parse_args()
    ran_on = machine()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        pair = make(folder, arguments.rows, arguments.slices)
        begun = time.monotonic()
        done = subprocess.run(
            [sys.executable, "-c", RUN, folder / "ct", folder / "mr", folder / "out"],
            capture_output=True,
            text=True,
            check=True,
        )
        wall = time.monotonic() - begun
    found = json.loads(done.stdout.splitlines()[-1])
    error = float(pair.error_mm(MatrixTransform(np.array(found["matrix"]))).mean())
    slowest = sorted(found["gaps"].items(), key=lambda one: -one[1])[:4]
    still = ", ".join(f"{what} {seconds:.1f}" for what, seconds in slowest)
    line = (
        f"CT {arguments.rows} × {arguments.rows} × {arguments.slices} with MR 256³: peak"
        f" {found['peak_mb']:.0f} MB (limit {LIMIT_MB}), {wall:.0f} s wall, {found['cpu']:.0f} s"
        f" processor, true error {error:.2f} mm, estimated {found['estimated']:.2f} mm"
        f" ({found['verdict']}); progress stood still at most, in seconds: {still}"
    )
    print(ran_on)
    print(line)
    if not arguments.no_document:
        today = datetime.now(UTC).date()
        with DOCUMENT.open("a", encoding="utf-8") as document:
            document.write(f"\n## Fusion of large images, {today}\n\n{ran_on}\n\n- {line}.\n")
    return int(found["peak_mb"] > LIMIT_MB)


if __name__ == "__main__":
    raise SystemExit(main())
