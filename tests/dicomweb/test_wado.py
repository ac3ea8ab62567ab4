"""WADO-RS: files, metadata, frames, bulk data, pictures; as stored and transcoded."""

from __future__ import annotations

import io
import json

import numpy as np
import pydicom
import pytest
from dicomweb_world import World, image, parts_of, pixels
from PIL import Image
from pydicom.uid import JPEGLSLossless, RLELossless

from tongying.web.trail.models import AuditRow

ROOT = "/studies/1.2.3.1/series/1.2.3.1.1/instances/1.2.3.1.1.1"
DICOM = 'multipart/related; type="application/dicom"'
OCTETS = "multipart/related; type=application/octet-stream"
LITTLE = "1.2.840.10008.1.2.1"


@pytest.fixture
def filled(world: World) -> World:
    world.store(image(number=1), image(number=2))
    return world


@pytest.fixture
def cine(world: World) -> World:
    world.store(image(number=1, frames=5))
    return world


@pytest.fixture
def compressed(world: World) -> World:
    data = pydicom.dcmread(io.BytesIO(image()))
    data.compress(JPEGLSLossless, generate_instance_uid=False)
    target = io.BytesIO()
    data.save_as(target, enforce_file_format=True)
    assert world.store(target.getvalue()).status_code == 200
    return world


@pytest.mark.parametrize(
    ("path", "count"),
    [("/studies/1.2.3.1", 2), ("/studies/1.2.3.1/series/1.2.3.1.1", 2), (ROOT, 1)],
)
def test_files_come_back_as_they_were_sent(filled: World, path: str, count: int) -> None:
    response = filled.get(path, accept=f"{DICOM}; transfer-syntax=*")
    assert response.status_code == 200
    parts = parts_of(response)
    assert [data for _, data in parts] == [image(number=n) for n in range(1, count + 1)]
    assert {kind for kind, _ in parts} == {f"application/dicom; transfer-syntax={LITTLE}"}
    assert response["Cache-Control"] == "private, no-store"


def test_one_file_without_parts(filled: World) -> None:
    response = filled.get(ROOT, accept="application/dicom; transfer-syntax=*")
    assert b"".join(response.streaming_content) == image()


@pytest.mark.parametrize("path", [ROOT, ROOT.rpartition("/instances")[0], "/studies/1.2.3.1"])
def test_metadata_hold_what_the_file_holds(filled: World, path: str) -> None:
    rows = filled.rows(f"{path}/metadata")
    for row in rows:
        # Independent of our reader: pydicom reads the JSON and the file.
        assert row.pop("00083002")["Value"] == [LITTLE]
        found = pydicom.Dataset.from_json(
            {tag: element for tag, element in row.items() if "BulkDataURI" not in element}
        )
        sent = pydicom.dcmread(io.BytesIO(image(number=int(found.InstanceNumber))))
        del sent.PixelData
        assert found.to_json_dict() == sent.to_json_dict()
        assert row["7FE00010"]["BulkDataURI"].startswith("http://testserver/dicomweb" + ROOT[:-1])
    assert len(rows) == (1 if path == ROOT else 2)


def test_metadata_of_a_long_answer_are_zipped_on_a_slow_line(filled: World) -> None:
    response = filled.client.get(
        "/dicomweb/studies/1.2.3.1/metadata",
        headers={
            "Authorization": f"Bearer {filled.tokens['tech']}",
            "Accept-Encoding": "gzip",
        },
        REMOTE_ADDR="192.0.2.1",
    )
    assert response.status_code == 200 and "Accept-Encoding" in response["Vary"]
    assert len(json.loads(response.content)) == 2


@pytest.mark.parametrize(
    ("numbers", "expected"), [("1", [0]), ("5", [4]), ("2,4", [1, 3]), ("3,1,3", [2, 0, 2])]
)
def test_frames_as_plain_bytes(cine: World, numbers: str, expected: list[int]) -> None:
    response = cine.get(f"{ROOT}/frames/{numbers}", accept=f"{OCTETS}; transfer-syntax=*")
    frames = pixels(1, 5)
    assert [data for _, data in parts_of(response)] == [frames[n].tobytes() for n in expected]


@pytest.mark.parametrize(
    ("numbers", "status", "code"),
    [
        ("6", 404, "dicom.no-frame"),
        ("0", 404, "dicom.no-frame"),
        ("1,99", 404, "dicom.no-frame"),
        ("x", 400, "wado.frames"),
        ("1,,2", 400, "wado.frames"),
    ],
)
def test_frames_that_are_not_there(cine: World, numbers: str, status: int, code: str) -> None:
    response = cine.get(f"{ROOT}/frames/{numbers}", accept=OCTETS)
    assert response.status_code == status
    assert json.loads(response.content)["status"] == status


def test_a_compressed_frame_as_stored_and_decoded(compressed: World) -> None:
    as_stored = compressed.get(f"{ROOT}/frames/1", accept=f"{OCTETS}; transfer-syntax=*")
    ((kind, data),) = parts_of(as_stored)
    assert kind == f"image/jls; transfer-syntax={JPEGLSLossless}"
    assert data.startswith(b"\xff\xd8")
    typed = compressed.get(f"{ROOT}/frames/1", accept='multipart/related; type="image/jls"')
    assert parts_of(typed)[0][1] == data
    plain = compressed.get(f"{ROOT}/frames/1", accept=OCTETS)
    ((kind, data),) = parts_of(plain)
    assert kind == f"application/octet-stream; transfer-syntax={LITTLE}"
    assert data == pixels(1)[0].tobytes()


def test_a_compressed_file_is_transcoded_unless_any_syntax_will_do(compressed: World) -> None:
    for accept, syntax in (
        (f"{DICOM}; transfer-syntax=*", JPEGLSLossless),
        (f"{DICOM}; transfer-syntax={JPEGLSLossless}", JPEGLSLossless),
        (DICOM, LITTLE),
        (f"{DICOM}; transfer-syntax={LITTLE}", LITTLE),
    ):
        ((kind, data),) = parts_of(compressed.get(ROOT, accept=accept))
        assert kind == f"application/dicom; transfer-syntax={syntax}"
        read = pydicom.dcmread(io.BytesIO(data))
        assert read.file_meta.TransferSyntaxUID == syntax
        assert np.array_equal(read.pixel_array, pixels(1)[0])


def test_a_plain_file_is_compressed_on_request(filled: World) -> None:
    accept = f"{DICOM}; transfer-syntax={RLELossless}"
    ((kind, data),) = parts_of(filled.get(ROOT, accept=accept))
    read = pydicom.dcmread(io.BytesIO(data))
    # What is not offered as a target goes out as stored, and says so.
    assert kind == f"application/dicom; transfer-syntax={read.file_meta.TransferSyntaxUID}"
    assert np.array_equal(read.pixel_array, pixels(1)[0])


def test_bulk_values(world: World) -> None:
    private = image()
    data = pydicom.dcmread(io.BytesIO(private))
    data.add_new(0x00090010, "LO", "TEST")
    data.add_new(0x00091001, "OB", bytes(range(256)) * 20)
    target = io.BytesIO()
    data.save_as(target, enforce_file_format=True)
    world.store(target.getvalue())
    (row,) = world.rows(f"{ROOT}/metadata")
    address = row["00091001"]["BulkDataURI"].partition("/dicomweb")[2]
    response = world.get(address, accept="application/octet-stream")
    assert b"".join(response.streaming_content) == bytes(range(256)) * 20
    assert parts_of(world.get(address, accept=OCTETS))[0][1] == bytes(range(256)) * 20
    whole = row["7FE00010"]["BulkDataURI"].partition("/dicomweb")[2]
    answer = world.get(whole, accept="application/octet-stream")
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    assert body == pixels(1)[0].tobytes()
    assert world.get(f"{ROOT}/bulk/00091099", accept=OCTETS).status_code == 404


@pytest.mark.parametrize("path", ["/studies/1.2.3.1", "/studies/1.2.3.1/series/1.2.3.1.1", ROOT])
@pytest.mark.parametrize("kind", ["image/jpeg", "image/png"])
def test_pictures_and_thumbnails(filled: World, path: str, kind: str) -> None:
    for name in ("rendered", "thumbnail"):
        response = filled.get(f"{path}/{name}", accept=kind)
        assert response.status_code == 200 and response["Content-Type"] == kind
        picture = Image.open(io.BytesIO(response.content))
        assert picture.format == kind.partition("/")[2].upper()
        assert max(picture.size) <= 128
        assert len(np.unique(np.asarray(picture.convert("L")))) > 10


def test_a_picture_of_one_frame_in_a_window(cine: World) -> None:
    dark, bright = (
        np.asarray(
            Image.open(
                io.BytesIO(
                    cine.get(f"{ROOT}/frames/2/rendered", accept="image/png", window=window).content
                )
            ).convert("L")
        )
        for window in ("4000,100,linear", "0,100,linear")
    )
    assert dark.max() == 0 and bright.min() == 255


@pytest.mark.parametrize("query", [{"quality": "x"}, {"window": "1"}, {"viewport": "big"}])
def test_a_malformed_parameter_is_refused(filled: World, query: dict[str, str]) -> None:
    assert filled.get(f"{ROOT}/rendered", accept="image/jpeg", **query).status_code == 400


@pytest.mark.parametrize(
    ("path", "accept"),
    [
        (ROOT, "application/json"),
        (f"{ROOT}/metadata", "application/dicom+xml"),
        (f"{ROOT}/rendered", "image/gif"),
        (f"{ROOT}/frames/1", "image/jpeg"),
    ],
)
def test_what_cannot_be_sent_as_wanted_is_not_acceptable(
    filled: World, path: str, accept: str
) -> None:
    assert filled.get(path, accept=accept).status_code == 406


@pytest.mark.parametrize("tail", ["", "/metadata", "/frames/1", "/rendered", "/bulk/7FE00010"])
def test_what_is_not_there_and_what_is_anothers_look_the_same(filled: World, tail: str) -> None:
    missing = ROOT.replace("1.2.3.1.1.1", "1.2.3.1.1.7")
    for who, path in (("tech", missing), ("other", ROOT)):
        response = filled.get(path + tail, who=who, accept="*/*")
        assert response.status_code == 404
        assert json.loads(response.content)["code"] == "archive.not-found"
    assert not AuditRow.objects.filter(action="read", actor="other").exists()


def test_reading_is_one_event_an_episode(filled: World) -> None:
    for _ in range(3):
        filled.get(f"{ROOT}/frames/1", accept=OCTETS)
    filled.get(f"{ROOT}/metadata")
    (event,) = AuditRow.objects.filter(action="read")
    assert (event.actor, event.target, event.hospital) == ("tech", "1.2.3.1", "ONE")
    assert event.detail == {"door": "dicomweb", "series": "1.2.3.1.1"}
