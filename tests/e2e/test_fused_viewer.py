"""A fused pair of our own writing in the viewer: colour where the overlay is, masks, maps."""

from __future__ import annotations

import copy
import io
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from platform_ import CHROMIUM, Desk, Platform, canvas_pixels, painted
from playwright.sync_api import Browser, Page
from pydicom.sr.codedict import codes

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "dicom"))
from fusion_sources import (
    PLANTED,
    WRITTEN_AT,
    identity,
    series_identity,
    source_of,
    study_of,
)

from tongying.dicom.phantoms.brain_mr import brain_mr
from tongying.dicom.volumes.source import SourceFrame, SourceVolume
from tongying.dicom.writers.derived import WrittenObject
from tongying.dicom.writers.parametric_map import write_parametric_map
from tongying.dicom.writers.resampled_series import Making, instance_count, resampled_series
from tongying.dicom.writers.segmentation import Algorithm, Segment, write_segmentation
from tongying.dicom.writers.spatial_registration import write_spatial_registration
from tongying.imaging.grid import Grid
from tongying.imaging.registration.result import Method
from tongying.imaging.volume import Quantity, Volume
from tongying.web.viewer.config import fused_viewer_url, viewer_url

pytestmark = [
    pytest.mark.browser,
    pytest.mark.server,
    pytest.mark.timeout(600),
    pytest.mark.xdist_group("browser"),
    pytest.mark.skipif(not CHROMIUM.exists(), reason="Debian's chromium is not installed"),
]

HOT = ((-30.0, -10.0, 20.0), 16.0, 900.0)
"""Centre (fixed frame, LPS mm), radius and counts of the brighter focus."""
WARM = ((32.0, 30.0, 5.0), 12.0, 500.0)
COLOURED = 0.002
"""Share of the screen that is coloured; grey images give none."""
MASKED = 0.0005
"""Share of a view that is red where a mask or a hot part of a map lies."""


def emission(grid: Grid) -> np.ndarray:
    """Return counts at the voxels of a grid that lies in the fixed frame."""
    slices, rows, columns = grid.shape
    k, j, i = np.meshgrid(np.arange(slices), np.arange(rows), np.arange(columns), indexing="ij")
    points = grid.to_lps(np.stack([i.ravel(), j.ravel(), k.ravel()], axis=1))
    counts = np.zeros(len(points), dtype=np.float32)
    for centre, radius, top in (HOT, WARM):
        away = np.linalg.norm(points - np.array(centre), axis=1)
        counts += np.float32(top) * np.exp(-((away / radius) ** 2)).astype(np.float32)
    return counts.reshape(grid.shape)


def spect(mr: SourceVolume) -> tuple[SourceVolume, Volume]:
    """A SPECT in a frame of its own, and the same laid back into the MR's by the planted matrix.

    A rigid transform moves the grid and leaves the values: the overlay's slices are oblique.
    """
    fixed_frame = Grid.of((48, 56, 50), spacing_mm=(3.3, 3.3, 3.3), origin_mm=(-80.0, -92.0, -70.0))
    oblique = Grid(fixed_frame.shape, PLANTED.inverse().matrix @ fixed_frame.affine)
    counts = emission(oblique)
    acquired = Volume(counts, fixed_frame, Quantity.COUNTS, "NM", "2.25.77001")
    template = copy.deepcopy(mr.template)
    template.StudyInstanceUID, template.SeriesInstanceUID = "2.25.77002", "2.25.77003"
    template.SeriesDescription, template.Modality = "SPECT", "NM"
    frames = tuple(
        SourceFrame("1.2.840.10008.5.1.4.1.1.20", "2.25.77004", k + 1) for k in range(48)
    )
    laid = Volume(counts, oblique, Quantity.COUNTS, "NM", mr.volume.frame_of_reference_uid)
    return SourceVolume(acquired, template, frames), laid


@pytest.fixture(scope="module")
def pair(platform: Platform, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, str, str]:
    """Import an MR and all that a fusion leaves behind; return study, fixed and overlay series."""
    folder = tmp_path_factory.mktemp("fused")
    images = list(brain_mr(study_of("fused-viewer"), ventricle_scale=1.4))
    mr = source_of(images, "MR", Quantity.SIGNAL)
    moving, laid = spect(mr)
    registration = write_spatial_registration(
        mr, moving, PLANTED, identity=identity(71), written_at=WRITTEN_AT
    )
    overlay = resampled_series(
        laid,
        mr,
        moving,
        identity=series_identity(72, instance_count("NM", laid.grid)),
        making=Making(PLANTED, Method.RIGID, WRITTEN_AT, WrittenObject.of(registration)),
    )
    on_mr = emission(mr.volume.grid)
    segment = Segment(
        label="热区 focus",
        category=codes.SCT.MorphologicallyAbnormalStructure,
        kind=codes.SCT.Lesion,
        mask=on_mr > 400,
        algorithm=Algorithm.SEMIAUTOMATIC,
        algorithm_name="threshold",
        algorithm_family=codes.DCM.HistogramAnalysis,
    )
    mask = write_segmentation(mr, [segment], identity=identity(73), written_at=WRITTEN_AT)
    counts = Volume(on_mr, mr.volume.grid, Quantity.COUNTS, "NM", mr.volume.frame_of_reference_uid)
    parametric = write_parametric_map(
        counts, mr, what="PVC", identity=identity(74), written_at=WRITTEN_AT
    )
    for number, data_set in enumerate(
        [*images, registration, *overlay.instances(), mask, parametric]
    ):
        data_set.save_as(folder / f"{number:04}.dcm", enforce_file_format=True)
    platform.run("import", str(folder), "--hospital", "XNZX")
    return (
        str(mr.template.StudyInstanceUID),
        str(mr.template.SeriesInstanceUID),
        str(overlay.identity.series_uid),
    )


def coloured(page: Page, least: float = COLOURED) -> float:
    """Wait for colour on the canvases and return its share of the screen."""
    share = 0.0
    for _ in range(90):
        pixels = canvas_pixels(page)
        share = float((pixels.max(axis=2) - pixels.min(axis=2) > 40).mean())
        if share > least:
            break
        page.wait_for_timeout(1000)
    return share


def test_fused_pair_opens_in_colour(
    platform: Platform, browser: Browser, pair: tuple[str, str, str]
) -> None:
    study, fixed, overlay = pair
    county = Desk(browser, platform, "li")
    county.open(fused_viewer_url([study], fixed_series_uid=fixed, overlay_series_uid=overlay))
    painted(county.page)
    share = coloured(county.page)
    county.page.wait_for_timeout(3000)
    county.shot("viewer-fused-pair")
    assert share > COLOURED, "the overlay is not laid over the MR in colour"
    assert county.page.locator("[data-cy=viewport-pane]").count() == 5
    assert county.strangers() == []
    assert county.complaints == []


def reddish(page: Page) -> float:
    """Return the share of the first view that is painted in a mask's red."""
    box = page.locator("[data-cy=viewport-pane]").first.bounding_box()
    assert box is not None
    png = page.screenshot(clip=box)
    pixels = np.asarray(Image.open(io.BytesIO(png)).convert("RGB"), dtype=float)
    red, green, blue = (pixels[..., channel] for channel in range(3))
    return float(((red - green > 60) & (red - blue > 60)).mean())


def shown_by_double_click(page: Page, modality: str) -> float:
    """Double-click an object in the list of series and wait for its red in the first view."""
    page.get_by_text(modality, exact=True).first.dblclick()
    share = 0.0
    for _ in range(60):
        share = reddish(page)
        if share > MASKED:
            break
        page.wait_for_timeout(1000)
    return share


def test_mask_and_map_are_shown(
    platform: Platform, browser: Browser, pair: tuple[str, str, str]
) -> None:
    """Over one image: the viewer puts neither into a view that has two layers already."""
    study, fixed, _ = pair
    county = Desk(browser, platform, "li")
    one_image = viewer_url([study], modalities={"US"}, series_uid=fixed)
    for modality in ("SEG", "PMAP"):
        county.open(one_image)
        painted(county.page)
        assert reddish(county.page) < MASKED
        share = shown_by_double_click(county.page, modality)
        county.shot(f"viewer-fused-{modality.lower()}")
        assert share > MASKED, f"the {modality} is not shown"
    assert county.strangers() == []
    assert county.complaints == []
