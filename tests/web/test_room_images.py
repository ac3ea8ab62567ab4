"""Images of the case in its room: who finds which, and how long a line on one of them is."""

from __future__ import annotations

import json
from pathlib import Path

import archive_world as world
import pydicom
import pytest
import room_world

from tongying.consult.panel_moves import PanelAct
from tongying.consult.panel_rules import PanelMove
from tongying.dicom.pixel_size import PixelSizes, UltrasoundRegion, pixel_sizes
from tongying.web.cases.models import CaseRow, CaseStudy
from tongying.web.pages.room_words import NO_MILLIMETRES
from tongying.web.panels import store as panels
from tongying.web.records.models import Instance, InstanceMetadata, Study
from tongying.web.rooms import log
from tongying.web.rooms.entering import RoomNotFound
from tongying.web.rooms.image_lengths import REASONS, told_length
from tongying.web.rooms.images import ImageNotShown, images_in, series_in

REAL = Path(__file__).resolve().parents[3] / "shared" / "data"
needs_data = pytest.mark.skipif(not REAL.is_dir(), reason="the shared images are not here")
ACROSS = [[0.25, 0.5], [0.75, 0.5]]
DOWN = [[0.5, 0.25], [0.5, 0.75]]


def _sizes(modality: str, **more: object) -> PixelSizes:
    return PixelSizes(modality, columns=512, rows=256, **more)  # type: ignore[arg-type]


def _header(path: Path) -> dict[str, object]:
    kept: dict[str, object] = pydicom.dcmread(path, stop_before_pixels=True).to_json_dict()
    return kept


# ---- the length


@pytest.mark.parametrize("modality", ["CT", "MR"])
def test_a_slice_is_measured_with_its_pixel_spacing(modality: str) -> None:
    sizes = _sizes(modality, spacing_mm=(0.5, 0.8))
    # 256 columns of 0.8 mm; 128 rows of 0.5 mm.
    assert told_length(sizes, ACROSS) == {"mm": 204.8, "source": "pixel spacing"}
    assert told_length(sizes, DOWN) == {"mm": 64.0, "source": "pixel spacing"}


def test_a_slant_is_measured_by_both_sides_of_a_pixel() -> None:
    sizes = _sizes("MR", spacing_mm=(1.5, 0.5))
    points = [[0.0, 0.0], [60 / 512, 40 / 256]]  # 30 mm across, 60 mm down
    assert told_length(sizes, points)["mm"] == pytest.approx(4500**0.5, abs=0.005)


@pytest.mark.parametrize(
    ("sizes", "why"),
    [
        (_sizes("DX", detector_mm=(0.14, 0.14)), "magnified"),
        (_sizes("DX", spacing_mm=(0.14, 0.14), detector_mm=(0.14, 0.14)), "magnified"),
        (_sizes("CR", detector_mm=(0.2, 0.2), magnification=1.2), "magnified"),
        (_sizes("DX", spacing_mm=(0.12, 0.12), detector_mm=(0.14, 0.14)), "unproved"),
        (_sizes("DX", spacing_mm=(1.0, 1.0)), "placeholder"),
        (_sizes("CT"), "no-size"),
        (_sizes("US", spacing_mm=(0.1, 0.1)), "no-region"),
        (PixelSizes("CT", spacing_mm=(0.5, 0.5)), "no-size"),
    ],
)
def test_an_image_without_a_scale_of_its_own_gives_no_millimetres(
    sizes: PixelSizes, why: str
) -> None:
    assert told_length(sizes, ACROSS) == {"mm": None, "why": why}


def test_a_calibrated_radiograph_gives_millimetres() -> None:
    sizes = _sizes("DX", spacing_mm=(0.1, 0.1), detector_mm=(0.14, 0.14), calibration="FIDUCIAL")
    assert told_length(sizes, ACROSS)["mm"] == 25.6


def _region(left: int, right: int, mm: float | None, kind: int = 1) -> UltrasoundRegion:
    return UltrasoundRegion(left, 20, right, 200, kind, mm, mm)


@pytest.mark.parametrize(
    ("regions", "told"),
    [
        ([_region(10, 500, 0.25)], {"mm": 64.0, "source": "ultrasound region"}),
        ([_region(10, 200, 0.25), _region(210, 500, 0.3)], {"mm": None, "why": "between-regions"}),
        ([_region(10, 300, 0.25)], {"mm": None, "why": "between-regions"}),
        ([_region(10, 500, None)], {"mm": None, "why": "region-without-length"}),
        ([_region(10, 500, 0.25, kind=2)], {"mm": None, "why": "trace"}),
    ],
)
def test_ultrasound_is_measured_where_one_region_holds_both_ends(
    regions: list[UltrasoundRegion], told: dict[str, object]
) -> None:
    assert told_length(_sizes("US", regions=tuple(regions)), ACROSS) == told


def test_every_reason_has_words() -> None:
    assert set(NO_MILLIMETRES) >= REASONS


@needs_data
@pytest.mark.parametrize(
    ("name", "calibrated"),
    [
        ("fo-dicom_DIRW0007", True),
        ("dcm4che_US-PAL-8-10x-echo", False),
        ("dcm4che_US-RGB-8-epicard", False),
    ],
)
def test_a_real_ultrasound_agrees_with_its_header(name: str, calibrated: bool) -> None:
    path = REAL / "us_multiframe" / name
    told = pydicom.dcmread(path, stop_before_pixels=True)
    sizes = pixel_sizes(_header(path))
    flat = [
        one
        for one in told.get("SequenceOfUltrasoundRegions", [])
        if one.RegionSpatialFormat == 1 and one.PhysicalUnitsXDirection == 3
    ]
    assert bool(flat) is calibrated
    if not flat:
        assert told_length(sizes, ACROSS)["mm"] is None
        return
    one = flat[0]
    x0, x1 = one.RegionLocationMinX0 + 20, one.RegionLocationMaxX1 - 20
    y = (one.RegionLocationMinY0 + one.RegionLocationMaxY1) / 2
    points = [[(x + 0.5) / told.Columns, (y + 0.5) / told.Rows] for x in (x0, x1)]
    by_hand = (x1 - x0) * abs(one.PhysicalDeltaX) * 10
    assert told_length(sizes, points)["mm"] == pytest.approx(by_hand, abs=0.006)
    outside = [points[0], [points[1][0], (one.RegionLocationMinY0 - 5) / told.Rows]]
    assert told_length(sizes, outside)["mm"] is None


@needs_data
@pytest.mark.parametrize("folder", ["petct_acrin_nsclc/CT_002_CT_IMAGES", "mr_brain_3y_normal"])
def test_a_real_slice_agrees_with_its_header(folder: str) -> None:
    path = next(one for one in sorted((REAL / folder).rglob("*.dcm")))
    told = pydicom.dcmread(path, stop_before_pixels=True)
    by_hand = told.Columns / 2 * float(told.PixelSpacing[1])
    length = told_length(pixel_sizes(_header(path)), ACROSS)
    assert length["mm"] == pytest.approx(by_hand, abs=0.006)


# ---- in the room


@pytest.fixture
def code(db: None) -> str:
    return room_world.opened(room_world.build())


def _image(code: str) -> Instance:
    case = CaseRow.objects.get(rooms__code=code)
    studies = CaseStudy.objects.filter(case=case).values("study_id")
    return Instance.objects.filter(series__study__in=studies, frames__isnull=False)[0]


@pytest.mark.django_db
@pytest.mark.parametrize("login", ["requester", "reader", "surgeon"])
def test_who_is_in_the_room_finds_the_images_of_the_case(code: str, login: str) -> None:
    viewer = world.viewer(login)
    (study, *_) = images_in(viewer, code).studies
    (line, *_) = study.series
    found = series_in(viewer, code, line.picture)
    assert (found.study, found.series) == (study.uid, line.uid)
    assert line.picture in [one.sop for one in found.images]


@pytest.mark.django_db
def test_an_image_that_the_case_does_not_show_is_not_there(code: str) -> None:
    image = _image(code)
    other = Study.objects.create(
        **{
            field.attname: getattr(image.series.study, field.attname)
            for field in Study._meta.concrete_fields
            if field.attname not in ("id", "uid")
        },
        uid="2.25.7001",
    )
    image.series.study = other
    image.series.save()
    for login in ("requester", "reader"):
        with pytest.raises(ImageNotShown):
            series_in(world.viewer(login), code, image.uid)
        for kind, body in (("look", {}), ("measure", {"id": "m00001", "points": ACROSS})):
            with pytest.raises(log.PictureUnknown):
                log.tell(
                    world.viewer(login), code, kind, {"target": f"image:{image.uid}:1", **body}
                )


@pytest.mark.django_db
def test_who_is_not_in_the_room_finds_none(code: str) -> None:
    sop = _image(code).uid
    for login in ("second-reader", "stranger"):
        with pytest.raises(RoomNotFound):
            images_in(world.viewer(login), code)
        with pytest.raises(RoomNotFound):
            series_in(world.viewer(login), code, sop)


@pytest.mark.django_db
def test_a_distance_on_an_image_has_the_images_own_millimetres(code: str) -> None:
    image = _image(code)
    kept = InstanceMetadata.objects.get(pk=image.pk)
    header = json.loads(bytes(kept.json))
    header["00080060"] = {"vr": "CS", "Value": ["CT"]}
    header["00280030"] = {"vr": "DS", "Value": [0.5, 0.5]}
    header["00280010"], header["00280011"] = ({"vr": "US", "Value": [400]} for _ in range(2))
    header.pop("00186011", None)
    InstanceMetadata.objects.filter(pk=image.pk).update(json=json.dumps(header).encode())
    body = {"id": "m00001", "target": f"image:{image.uid}:1", "points": ACROSS}
    event = log.tell(world.viewer("reader"), code, "measure", body)
    assert event.body["mm"] == 100.0
    assert event.body["source"] == "pixel spacing"


@pytest.mark.django_db
def test_the_panel_is_in_the_room_and_hides_what_it_hides_elsewhere(code: str) -> None:
    case_id = CaseRow.objects.get(rooms__code=code).pk
    written = PanelAct(PanelMove.SIGN_OWN, text="建议手术探查")
    panels.act(world.viewer("surgeon"), case_id, written)
    address = f"/rooms/{code}/panel/"
    assert "建议手术探查" in world.client("surgeon").get(address).content.decode()
    answer = world.client("requester").get(address)
    assert answer.status_code == 200
    assert "建议手术探查" not in answer.content.decode()
    assert world.client("stranger").get(address).status_code == 404
