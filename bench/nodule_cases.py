"""Test scans of the nodule detector: chests made by code, and a real CT with made nodules put in.

Everything but the classifier is run here, and kept in build/, so that another set of trees can be
scored on the same scans. Seeds of testing are never those of training.
"""

from __future__ import annotations

import json
import resource
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pydicom
from PIL import Image, ImageDraw
from scipy import ndimage

from tongying.ai.lung.features import RADIUS_OF_SIGMA
from tongying.ai.lung.lung_field import lungs_of
from tongying.ai.lung.measuring import measure
from tongying.ai.lung.phantoms.cases import (
    SCALES,
    SLICES_MM,
    TESTING_SEEDS,
    Case,
    chest_of,
    described,
    made_cases,
    with_nodules,
)
from tongying.dicom.volumes.reading import read_volume
from tongying.imaging.grid import Grid
from tongying.imaging.volume import Mask, Volume

ROOT = Path(__file__).resolve().parents[1]
REAL = ROOT.parent / "shared" / "data" / "ct_lung_nsclc_LUNG1-001"
SETS = 1
NODULES = 14
REAL_SCALES = (1.0, 0.7)
"""Of the real scan's lengths: a grown body, and bodies of children by scaling alone."""
REAL_SETS = 2
MARGIN = 12
"""Voxels left around the lungs of the real scan."""


@dataclass(slots=True)
class Truth:
    """One made nodule, and what was measured of it where a candidate hit it."""

    centre_mm: tuple[float, float, float]
    diameter_mm: float
    kind: str
    place: str
    told_mm: float | None = None
    told_mm3: float | None = None


@dataclass(slots=True)
class Kept:
    """One scan of the test."""

    name: str
    child: str
    body: float
    slice_mm: float
    real: bool
    nodules: list[Truth]
    ignored: list[tuple[tuple[float, float, float], float]]
    seconds: float
    peak_mb: float
    rows: Any = field(default=None, repr=False)
    centres_mm: Any = field(default=None, repr=False)


def phantom_scans(folder: Path, chests: int, first: int = 0) -> None:
    """Make so many chests with nodules and keep what the detector sees in them."""
    for seed in TESTING_SEEDS[first : first + chests]:
        if (folder / f"phantom-{seed}-{SETS - 1}.json").exists():
            continue
        chest = chest_of(seed)
        for number, case in enumerate(made_cases(chest, seed, sets=SETS, count=NODULES)):
            body, slice_mm = SCALES[seed % 3], SLICES_MM[(seed // 3) % 3]
            one = _kept(case, f"phantom-{seed}-{number}", f"phantom-{seed}", body, slice_mm)
            _write(folder, one)


def real_scans(folder: Path) -> None:
    """Put made nodules into the real CT, at its size and scaled to smaller bodies."""
    whole, tumour = real_ct()
    for number, scale in enumerate(REAL_SCALES):
        affine = whole.grid.affine.copy()
        affine[:3] *= scale
        base = Volume(whole.array, Grid(whole.grid.shape, affine), whole.quantity, "CT")
        lungs = lungs_of(base)
        for turn in range(REAL_SETS):
            name = f"real-{scale:g}-{turn}"
            if (folder / f"{name}.json").exists():
                continue
            case = with_nodules(base, lungs, 9000 + 10 * number + turn, count=NODULES, avoid=tumour)
            one = _kept(case, name, name, scale, float(base.grid.spacing_mm[2]), real=True)
            at = base.grid.to_lps(np.argwhere(tumour)[:, ::-1])
            middle = at.mean(axis=0)
            across = 2.0 * float(np.linalg.norm(at - middle, axis=1).max())
            one.ignored.append(((float(middle[0]), float(middle[1]), float(middle[2])), across))
            _write(folder, one)


def real_ct() -> tuple[Volume, Mask]:
    """Return the real CT, cropped to its lungs, and where an expert drew its tumour."""
    volume = read_volume(sorted(REAL.glob("ct_jpegls/*"))).volume
    (outlines,) = (pydicom.dcmread(path) for path in REAL.glob("rtstruct/*"))
    names = {one.ROINumber: one.ROIName for one in outlines.StructureSetROISequence}
    tumour = np.zeros(volume.grid.shape, dtype=bool)
    for roi in outlines.ROIContourSequence:
        if not names[roi.ReferencedROINumber].startswith("GTV"):
            continue
        for contour in roi.ContourSequence:
            corners = np.array(contour.ContourData, dtype=float).reshape(-1, 3)
            at = volume.grid.to_index(corners)
            plane = Image.new("1", volume.grid.shape[:0:-1])
            ImageDraw.Draw(plane).polygon([tuple(one) for one in at[:, :2]], fill=1, outline=1)
            tumour[round(at[0, 2])] ^= np.array(plane)
    inside = np.argwhere(lungs_of(volume).mask)
    low = np.maximum(inside.min(axis=0) - MARGIN, 0)
    high = np.minimum(inside.max(axis=0) + MARGIN + 1, volume.array.shape)
    box = tuple(slice(int(a), int(b)) for a, b in zip(low, high, strict=True))
    affine = volume.grid.affine.copy()
    affine[:3, 3] = volume.grid.to_lps([low[::-1]])[0]
    array = np.ascontiguousarray(volume.array[box])
    cropped = Volume(array, Grid(array.shape, affine), volume.quantity, "CT")
    return cropped, ndimage.binary_dilation(tumour[box], iterations=3)


def kept_scans(folder: Path) -> Iterator[Kept]:
    """Yield what was kept."""
    for path in sorted(folder.glob("*.json")):
        told = json.loads(path.read_text("utf-8"))
        arrays = np.load(path.with_suffix(".npz"))
        told["nodules"] = [Truth(**one) for one in told["nodules"]]
        yield Kept(**told, rows=arrays["rows"], centres_mm=arrays["centres_mm"])


def _kept(
    case: Case, name: str, child: str, body: float, slice_mm: float, *, real: bool = False
) -> Kept:
    began = time.process_time()
    one = described(case)
    seconds = time.process_time() - began
    nodules = []
    for nodule in case.nodules:
        truth = Truth(nodule.centre_mm, nodule.diameter_mm, nodule.kind.value, nodule.place.value)
        away = np.linalg.norm(one.candidates.centres_mm - np.array(nodule.centre_mm), axis=1)
        nearest = int(np.argmin(away)) if len(away) else -1
        if nearest >= 0 and away[nearest] < nodule.diameter_mm / 2.0:
            x, y, z = one.candidates.centres_mm[nearest]
            radius = RADIUS_OF_SIGMA * float(one.candidates.sigma_mm[nearest])
            told = measure(case.volume, case.field, (float(x), float(y), float(z)), radius)
            if told is not None:
                truth.told_mm, truth.told_mm3 = told.diameter_mm, told.volume_mm3
        nodules.append(truth)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024.0
    return Kept(
        name,
        child,
        body,
        slice_mm,
        real,
        nodules,
        [],
        seconds,
        peak,
        one.rows,
        one.candidates.centres_mm,
    )


def _write(folder: Path, one: Kept) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    told = asdict(one)
    arrays = {key: told.pop(key) for key in ("rows", "centres_mm")}
    np.savez_compressed(folder / f"{one.name}.npz", **arrays)
    (folder / f"{one.name}.json").write_text(json.dumps(told), encoding="utf-8")
    print(one.name, len(one.nodules), len(arrays["rows"]), f"{one.seconds:.0f} s", flush=True)
