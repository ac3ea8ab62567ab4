"""The lungs: laws on a chest made by code, and a real CT with an expert's outline."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pydicom
import pytest
from PIL import Image, ImageDraw

from tongying.ai.card.catalogue import cards
from tongying.ai.lung.lung_field import LEFT, RIGHT, NoLungs, lungs_of
from tongying.ai.lung.phantoms.thorax import Chest, make_chest
from tongying.dicom.volumes.reading import read_volume
from tongying.imaging.grid import Grid
from tongying.imaging.volume import Quantity, Volume

REAL = Path(__file__).resolve().parents[3] / "shared" / "data" / "ct_lung_nsclc_LUNG1-001"


@pytest.fixture(scope="module")
def chest() -> Volume:
    return make_chest(Chest(scale=0.55, pixel_mm=1.6, slice_mm=3.2), seed=4)


def test_both_lungs_are_found_apart_on_their_sides(chest: Volume) -> None:
    found = lungs_of(chest)
    assert found.apart
    right, left = found.volume_cm3(RIGHT), found.volume_cm3(LEFT)
    # What is darker than -600 HU inside the body is lung, airways and nothing else in this chest.
    dark = (chest.array < -600) & (chest.array > -940)
    aerated = float(np.count_nonzero(dark)) * chest.grid.voxel_mm3 / 1000.0
    assert right + left == pytest.approx(aerated, rel=0.15)
    across = np.nonzero(found.sides == RIGHT)[2].mean(), np.nonzero(found.sides == LEFT)[2].mean()
    assert across[0] < across[1]  # columns run from the child's right to the left


def test_a_mirrored_chest_has_its_sides_changed(chest: Volume) -> None:
    mirrored = Volume(np.ascontiguousarray(chest.array[:, :, ::-1]), chest.grid, Quantity.HU, "CT")
    one, other = lungs_of(chest), lungs_of(mirrored)
    assert other.volume_cm3(LEFT) == pytest.approx(one.volume_cm3(RIGHT), rel=0.02)
    assert other.volume_cm3(RIGHT) == pytest.approx(one.volume_cm3(LEFT), rel=0.02)


def test_lungs_at_the_edge_of_the_scan_are_said_to_be_cut(chest: Volume) -> None:
    whole = lungs_of(chest)
    widest = int(np.argmax(np.count_nonzero(whole.mask, axis=(1, 2))))
    shape = (len(chest.array) - widest, *chest.array.shape[1:])
    part = Volume(chest.array[widest:].copy(), Grid(shape, chest.grid.affine), Quantity.HU, "CT")
    assert lungs_of(part).cut


BLOCK = Grid.of((20, 64, 64), spacing_mm=(2.0, 2.0, 3.0), origin_mm=(0.0, 0.0, 0.0))


@pytest.mark.parametrize("hu", [-1000.0, 40.0])
def test_without_lungs_it_says_so(hu: float) -> None:
    block = np.full((20, 64, 64), hu, dtype=np.float32)
    volume = Volume(block, BLOCK, Quantity.HU, "CT")
    with pytest.raises(NoLungs):
        lungs_of(volume)


@pytest.mark.long
@pytest.mark.skipif(not REAL.exists(), reason="the real CT (LUNG1-001) is not on this machine")
def test_the_experts_outline_of_a_real_ct() -> None:
    """The card's figure: Dice with both lungs as drawn by an expert."""
    volume = read_volume(sorted(REAL.glob("ct_jpegls/*"))).volume
    (outlines,) = (pydicom.dcmread(path) for path in REAL.glob("rtstruct/*"))
    names = {one.ROINumber: one.ROIName for one in outlines.StructureSetROISequence}
    drawn = np.zeros(volume.grid.shape, dtype=bool)
    for roi in outlines.ROIContourSequence:
        if names[roi.ReferencedROINumber] in ("Lung-Left", "Lung-Right"):
            for contour in roi.ContourSequence:
                corners = np.array(contour.ContourData, dtype=float).reshape(-1, 3)
                at = volume.grid.to_index(corners)
                plane = Image.new("1", volume.grid.shape[:0:-1])
                ImageDraw.Draw(plane).polygon([tuple(one) for one in at[:, :2]], fill=1, outline=1)
                drawn[round(at[0, 2])] ^= np.array(plane)
    found = lungs_of(volume).mask
    dice = 2 * np.count_nonzero(found & drawn) / (found.sum() + drawn.sum())
    assert dice == pytest.approx(cards()["lungs"].evidence[0].value, abs=0.002)
