"""The quick measuring page on the server: what it lays out, previews and keeps, and for whom."""

from __future__ import annotations

import json
import re
from typing import Any

import archive_world as world
import case_world
import drawing_world
import pytest
from django.http import HttpResponse
from django.test import Client
from drawing_world import graf_marks

from tongying.dicom.phantoms.infant_hip_us import hip_truth
from tongying.web.measurements.drawn_image import ImagePlace
from tongying.web.measurements.measuring import MOST_IMAGES
from tongying.web.measurements.models import DrawingRow, MeasurementRow
from tongying.web.pages.measuring_draft import MOST_POINTS, DraftUnreadable, draft_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def hips(db: None) -> dict[str, ImagePlace]:
    case_world.build()
    return drawing_world.put_hips()


def sent(place: ImagePlace, **changes: Any) -> dict[str, Any]:
    body = {
        "study": place.study,
        "series": place.series,
        "instance": place.instance,
        "frame": 1,
        "recipe": "graf",
        "side": "L",
        "case": None,
        "replaces": "",
        "marks": graf_marks(hip_truth(drawing_world.HIPS["L"])),
    }
    return body | changes


def post(browser: Client, to: str, body: dict[str, Any]) -> HttpResponse:
    return browser.post(f"/measure/{to}/", json.dumps(body), content_type="application/json")


def laid_out(page: HttpResponse) -> dict[str, Any]:
    found = re.search(r'<script id="laid-out"[^>]*>(.*?)</script>', page.content.decode(), re.S)
    assert found is not None
    laid: dict[str, Any] = json.loads(found[1])
    return laid


def test_the_page_lays_out_images_recipes_and_drawings(hips: dict[str, ImagePlace]) -> None:
    browser = world.client("requester")
    kept = post(browser, "keep", sent(hips["L"]))
    assert kept.status_code == 201
    page = browser.get(f"/measure/?study={hips['L'].study}&recipe=graf")
    assert page.status_code == 200
    laid = laid_out(page)
    assert [(one["side"], one["frames"], one["columns"]) for one in laid["images"]] == [
        ("R", 1, 640),
        ("L", 1, 640),
    ]
    recipes = {one["id"]: one for one in laid["recipes"]}
    assert [step["mark"] for step in recipes["graf"]["steps"]] == [
        *("line", "line", "line"),
        "ellipse",
    ]
    assert all("US" in one["modalities"] for one in laid["recipes"])
    (drawing,) = laid["drawings"]
    assert (drawing["recipe"], drawing["side"], drawing["by"]) == ("graf", "L", "requester")
    assert drawing["code"] == kept.json()["drawing"]["code"]
    assert "style=" not in page.content.decode()


def test_a_study_without_pictures_says_so(db: None) -> None:
    case_world.build()
    from tongying.web.records.models import Series

    Series.objects.update(modality="SR")
    page = world.client("requester").get(f"/measure/?study={world.STUDY}")
    assert "There is no image to measure on." in page.content.decode()


def test_a_preview_tells_values_type_and_scale_and_keeps_nothing(
    hips: dict[str, ImagePlace],
) -> None:
    found = post(world.client("requester"), "preview", sent(hips["L"])).json()
    assert found["whole"] is True
    assert found["columnMm"] == pytest.approx(0.08)
    assert 'data-measure="graf-alpha"' in found["html"]
    assert 'data-scheme="graf"' in found["html"]
    assert "from the ultrasound region" in found["html"]
    assert not DrawingRow.objects.exists()
    assert not MeasurementRow.objects.exists()


def test_marks_still_missing_are_no_fault_and_others_are_one_sentence(
    hips: dict[str, ImagePlace],
) -> None:
    browser = world.client("requester")
    quiet = post(browser, "preview", sent(hips["L"], marks={})).json()
    assert quiet["whole"] is False
    assert "mv-refused" not in quiet["html"]
    assert "0.08 mm" in quiet["html"]
    sideless = post(browser, "preview", sent(hips["L"], side="")).json()
    assert sideless["whole"] is False
    assert 'data-code="measure.side-unknown"' in sideless["html"]
    assert "data-value" not in sideless["html"]
    wrong = post(browser, "preview", sent(hips["L"], side="R")).json()
    assert "the image says that it shows the other side" in wrong["html"]


def test_a_kept_drawing_is_shown_on_the_study_with_a_way_to_it(
    hips: dict[str, ImagePlace],
) -> None:
    browser = world.client("requester")
    code = post(browser, "keep", sent(hips["L"])).json()["drawing"]["code"]
    page = browser.get(f"/studies/{hips['L'].study}/").content.decode()
    assert f"drawing={code}" in page
    assert 'id="measure-quick"' in page
    assert "47°" in page


def test_what_cannot_be_kept_keeps_its_reason(hips: dict[str, ImagePlace]) -> None:
    browser = world.client("requester")
    for changes, status in (
        ({"side": ""}, 422),
        ({"marks": {}}, 422),
        ({"marks": {"baseline": [[1, 2], [99999, 2]]}}, 422),
        ({"marks": "none"}, 422),
        ({"recipe": "nose"}, 404),
        ({"instance": "1.2.3"}, 404),
    ):
        assert post(browser, "keep", sent(hips["L"], **changes)).status_code == status, changes
    first = post(browser, "keep", sent(hips["L"])).json()["drawing"]["code"]
    other = graf_marks(hip_truth(drawing_world.HIPS["R"]))
    assert post(browser, "keep", sent(hips["L"], replaces=first, marks=other)).status_code == 201
    again = post(browser, "keep", sent(hips["L"], replaces=first))
    assert again.status_code == 409
    assert again.json()["sentence"]
    assert DrawingRow.objects.count() == 2


def test_who_sees_the_page(hips: dict[str, ImagePlace]) -> None:
    path = f"/measure/?study={hips['L'].study}"
    assert world.client().get(path).status_code == 302
    assert world.client("stranger").get(path).status_code == 404
    assert world.client("admin").get(path).status_code == 403
    assert world.client("technologist").get(path).status_code == 200
    assert world.client("requester").get("/measure/?study=1.2.3").status_code == 404
    assert post(world.client("stranger"), "keep", sent(hips["L"])).status_code == 404
    assert post(world.client("admin"), "keep", sent(hips["L"])).status_code == 403
    assert post(world.client("admin"), "preview", sent(hips["L"])).status_code == 403
    assert MOST_IMAGES > 1000


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"{",
        b'{"frame": 0}',
        b'{"frame": true}',
        b'{"study": 7}',
        b'{"case": "x"}',
        b'{"marks": [1]}',
        b'{"marks": {"a": [[1]]}}',
        b'{"marks": {"a": [[1, "2"]]}}',
        b'{"marks": {"a": [[1, NaN]]}}',
        b'{"marks": {"a": 3}}',
        b'{"recipe": "' + b"x" * 100 + b'"}',
    ],
)
def test_what_is_no_drawing_is_refused(body: bytes) -> None:
    with pytest.raises(DraftUnreadable):
        draft_of(body)


def test_far_too_many_points_are_refused() -> None:
    points = [[1.0, 2.0]] * (MOST_POINTS + 1)
    with pytest.raises(DraftUnreadable, match="too many"):
        draft_of(json.dumps({"marks": {"outline": points}}).encode())
