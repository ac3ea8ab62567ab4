"""Values on a fused pair of phantoms: what was drawn is found again, counts and doubts are said."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pydicom import dcmread
from pydicom.sr.codedict import codes
from torso_files import Folders, write_torso

from tongying.dicom.fusion.tables import JOINT, PARTIAL_VOLUME, TARGET, TableImpossible, run_table
from tongying.dicom.phantoms.pet_ct import MASS_SUV
from tongying.dicom.phantoms.torso import MASS_CENTRE, MASS_RADII
from tongying.dicom.phantoms.torso_mr import torso_mr_truth
from tongying.dicom.segmentation_reading import read_segmentation
from tongying.dicom.volumes.reading import read_volume
from tongying.dicom.writers.segmentation import Algorithm, Segment, write_segmentation
from tongying.dicom.writers.study_context import ObjectIdentity
from tongying.kernel.ids import SeriesUid, SopUid, uid_of

AT = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
MASS_ML = 4 / 3 * np.pi * float(np.prod(MASS_RADII)) / 1000
pytestmark = [pytest.mark.xdist_group("fusion-run"), pytest.mark.timeout(900)]


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> Folders:
    return write_torso(tmp_path_factory.mktemp("torso-tables"))


@pytest.fixture(scope="module")
def contour(folders: Folders, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The mass, drawn on the MR where the truth says it lies; sent without a file's preamble."""
    source = read_volume(sorted(folders.mr.iterdir()))
    grid = source.volume.grid
    k, j, i = np.indices(grid.shape)
    points = grid.to_lps(np.stack([i.ravel(), j.ravel(), k.ravel()], axis=1))
    there = torso_mr_truth().pose.inverse().points(points)
    inside = (((there - np.array(MASS_CENTRE)) / np.array(MASS_RADII)) ** 2).sum(axis=1) <= 1
    mass = Segment(
        "mass",
        codes.SCT.MorphologicallyAbnormalStructure,
        codes.SCT.Lesion,
        inside.reshape(grid.shape),
        Algorithm.MANUAL,
    )
    identity = ObjectIdentity(SeriesUid(uid_of("seg")), SopUid(uid_of("seg/1")), 50)
    written = write_segmentation(source, [mass], identity=identity, written_at=AT)
    path = tmp_path_factory.mktemp("contour") / "seg.dcm"
    written.save_as(path)
    return path


def job(folders: Folders, contour: Path | None, out: Path, **changes: Any) -> dict[str, Any]:
    """MR stays, PET was brought to it by the true pose."""
    return {
        "fixed": [str(path) for path in sorted(folders.mr.iterdir())],
        "moving": [str(path) for path in sorted(folders.pet.iterdir())],
        "matrix": torso_mr_truth().pose.inverse().matrix.tolist(),
        "displacement": None,
        "estimated_error_mm": 0.8,
        "segmentation": None if contour is None else str(contour),
        "segment": 1,
        "fwhm_mm": None,
        "threshold": None,
        "out": str(out),
        "seed": "tables",
        "written_at": AT.isoformat(),
        **changes,
    }


def compute(kind: str, given: dict[str, Any]) -> dict[str, Any]:
    return run_table(kind, given, lambda fraction, what: None)


def value(row: dict[str, Any], name: str) -> float:
    return float(next(one["value"] for one in row["values"] if one["name"] == name))


def codes_of(caveats: Iterable[dict[str, str]]) -> set[str]:
    return {one["code"] for one in caveats}


def test_one_contour_every_images_value(folders: Folders, contour: Path, tmp_path: Path) -> None:
    answer = compute(JOINT, job(folders, contour, tmp_path))
    by_quantity = {row["quantity"]: row for row in answer["rows"]}
    assert set(by_quantity) == {"signal", "SUVbw", "SUVbsa", "SUVlbm(Janmahasatian)"}
    uptake = by_quantity["SUVbw"]
    assert uptake["volume_ml"] == pytest.approx(MASS_ML, rel=0.05)
    # Blur of 6 mm takes activity out of the edge; the middle keeps what was put in.
    assert 0.7 * MASS_SUV < value(uptake, "mean") < MASS_SUV
    assert value(uptake, "peak") == pytest.approx(MASS_SUV, rel=0.12)
    total = next(one for one in uptake["values"] if one["name"] == "active-total-41%")
    assert total["unit"] == "g"


def test_partial_volume_brings_the_uptake_back(
    folders: Folders, contour: Path, tmp_path: Path
) -> None:
    given = job(folders, contour, tmp_path, fwhm_mm=[6.0, 6.0, 6.0])
    answer = compute(PARTIAL_VOLUME, given)
    mass = answer["rows"][0]
    assert abs(mass["yang"] - MASS_SUV) < abs(mass["before"] - MASS_SUV) / 2
    assert mass["yang"] == pytest.approx(MASS_SUV, rel=0.06)
    (output,) = answer["outputs"]
    assert dcmread(output["path"]).Modality == "OT"


def test_a_target_is_found_and_carried_to_the_mr(folders: Folders, tmp_path: Path) -> None:
    threshold = {"kind": "of-maximum", "value": 41.0}
    answer = compute(TARGET, job(folders, None, tmp_path, segment=None, threshold=threshold))
    carried = [row for row in answer["rows"] if row["carried_ml"] is not None]
    assert carried
    (output,) = answer["outputs"]
    read = read_segmentation(dcmread(output["path"]))
    assert len(read.segments) == len(carried)


def test_a_small_lesion_is_not_measured_with_a_large_error(
    folders: Folders, contour: Path, tmp_path: Path
) -> None:
    axis_mm = 2 * min(MASS_RADII)
    given = job(folders, contour, tmp_path, estimated_error_mm=0.6 * axis_mm)
    rows = compute(JOINT, given)["rows"]
    assert [row["quantity"] for row in rows if row["values"]] == ["signal"]
    assert all(row["refused"] for row in rows if row["quantity"] != "signal")


WEIGHTS = [
    ("the same, lately", 15.0, "2026-01-01", set()),
    ("the same, long ago", 15.0, "2025-10-01", {"old"}),
    ("another", 17.0, "2026-01-01", {"fusion.other-weight"}),
]


@pytest.mark.parametrize(("what", "weight_kg", "day", "expected"), WEIGHTS)
def test_the_cases_weight_is_compared(
    folders: Folders,
    contour: Path,
    tmp_path: Path,
    what: str,
    weight_kg: float,
    day: str,
    expected: set[str],
) -> None:
    given = job(folders, contour, tmp_path, weight_kg=weight_kg, weighed_on=day)
    answer = compute(JOINT, given)
    said = codes_of(answer["caveats"]) | {
        code for row in answer["rows"] for code in codes_of(row["caveats"])
    }
    old = {code for code in said if "weight" in code and "other" not in code}
    assert ("fusion.other-weight" in said) == ("fusion.other-weight" in expected)
    assert any("old" in code or "stale" in code for code in old) == ("old" in expected)


REFUSALS = [
    ("no contour", JOINT, {"segmentation": None}),
    ("no such segment", JOINT, {"segment": 9}),
    ("no resolution", PARTIAL_VOLUME, {}),
    ("no threshold", TARGET, {}),
    ("no error known", JOINT, {"estimated_error_mm": None}),
    ("no such computation", "other", {}),
]


@pytest.mark.parametrize(("what", "kind", "changes"), REFUSALS)
def test_what_is_missing_is_said(
    folders: Folders,
    contour: Path,
    tmp_path: Path,
    what: str,
    kind: str,
    changes: dict[str, Any],
) -> None:
    with pytest.raises(TableImpossible):
        compute(kind, job(folders, contour, tmp_path, **changes))
    assert list(tmp_path.iterdir()) == []
