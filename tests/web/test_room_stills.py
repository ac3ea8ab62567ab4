"""Stills and clips of a live room: stored once, strictly, in the child's study."""

import io
from datetime import timedelta

import archive_world as world
import numpy as np
import picture_world as pictures
import pydicom
import pytest
import room_world
from django.utils import timezone
from PIL import Image
from pydicom.encaps import generate_frames

from tongying.consult.room.kind import Kind
from tongying.web.cases.models import CaseRow, CaseStudy
from tongying.web.jobs import store as jobs
from tongying.web.jobs.models import OutboxRow
from tongying.web.records.check import check
from tongying.web.records.images import content_store
from tongying.web.records.models import Instance, Study
from tongying.web.rooms import live_study, log, sent_picture, store
from tongying.web.rooms import pictures as room_pictures
from tongying.web.rooms.calibrating import CALIBRATED
from tongying.web.rooms.models import EventRow, PictureRow, RoomRow
from tongying.web.trail.models import AuditRow
from tongying.web.trail.store import forget_episodes

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def every_reading_is_an_event() -> None:
    forget_episodes()


@pytest.fixture
def case_id(db: None) -> int:
    return room_world.build()


@pytest.fixture
def room(case_id: int) -> str:
    return room_world.opened(case_id)


def stored(sop: str) -> pydicom.Dataset:
    with content_store().open(Instance.objects.get(uid=sop).digest) as file:
        return pydicom.dcmread(io.BytesIO(file.read()))


def code_of(response) -> str:
    return response.json()["code"]


def test_a_still_becomes_an_image_of_the_child_and_an_event(room, case_id):
    response = pictures.send(room, pictures.meta(), [pictures.png()])
    assert response.status_code == 201, response.content
    told = response.json()
    row = RoomRow.objects.select_related("case__child").get(code=room)
    assert told["number"] == 1
    assert told["study"] == row.study_uid
    read = stored(told["sop"])
    assert np.array_equal(read.pixel_array, pictures.pixels())
    child = row.case.child
    assert str(read.PatientName).startswith(child.name_alphabetic)
    assert (read.PatientID, read.StudyInstanceUID) == (child.local_id, row.study_uid)
    assert read.InstitutionName == row.case.asking.name
    study = Study.objects.get(uid=row.study_uid)
    assert (study.child_id, study.hospital_id, study.modalities) == (
        child.pk,
        row.case.asking_id,
        "US",
    )
    assert CaseStudy.objects.get(case_id=case_id, study=study).prior
    event = EventRow.objects.get(room=row, kind="still")
    assert event.body["sop"] == told["sop"]
    assert (event.body["columns"], event.body["frames"], event.author.login) == (
        640,
        1,
        "requester",
    )
    assert AuditRow.objects.filter(target=room, detail__what="still").exists()


def test_a_clip_keeps_the_browsers_bytes(room):
    frames = pictures.clip_frames()
    told = pictures.send(room, pictures.meta("clip"), frames).json()
    read = stored(told["sop"])
    kept = list(generate_frames(read.PixelData, number_of_frames=len(frames)))
    assert all(one.startswith(came) for one, came in zip(kept, frames, strict=True))
    row = PictureRow.objects.get(kind="clip")
    assert (row.frames, row.seconds) == (5, 0.2)
    for number, came in enumerate(frames, 1):
        shown = world.client("surgeon").get(f"/rooms/{room}/pictures/clip/1/{number}/")
        assert shown["Content-Type"] == "image/jpeg"
        assert shown.content == came


def test_sent_twice_it_is_there_once(room):
    first = pictures.send(room, pictures.meta(), [pictures.png()]).json()
    second = pictures.send(room, pictures.meta(), [pictures.png()])
    assert (second.status_code, second.json()) == (201, first)
    assert Instance.objects.filter(uid=first["sop"]).count() == PictureRow.objects.count() == 1
    assert EventRow.objects.filter(kind="still").count() == 1
    third = pictures.send(room, pictures.meta(client_id="another-1"), [pictures.png(7)])
    assert third.json()["number"] == 2
    clash = pictures.send(
        room, pictures.meta("clip", client_id="still-0001"), pictures.clip_frames()
    )
    assert code_of(clash) == "room.picture-refused"


def test_a_break_in_between_leaves_nothing_and_the_same_request_completes(room, monkeypatch):
    before = set(content_store().digests())

    def broken(*_arguments, **_more):
        raise RuntimeError("the power went")

    for place, name in ((room_pictures, "note"), (live_study.DjangoIndex, "place")):
        with monkeypatch.context() as patch:
            patch.setattr(place, name, broken)
            with pytest.raises(RuntimeError):
                pictures.send(room, pictures.meta(), [pictures.png()])
        assert not PictureRow.objects.exists()
        assert not Instance.objects.filter(series__study__uid__startswith="2.25").exists()
        assert not CaseStudy.objects.filter(study__description__contains="Live").exists()
        assert set(content_store().digests()) == before
    assert pictures.send(room, pictures.meta(), [pictures.png()]).status_code == 201
    assert not check(content_store()).orphans


def test_two_at_once_take_two_numbers(room, monkeypatch):
    real, given = room_pictures._next_number, [1]
    monkeypatch.setattr(
        room_pictures, "_next_number", lambda *a: given.pop() if given else real(*a)
    )
    PictureRow.objects.all().delete()
    room_world.still(room, 1)
    told = pictures.send(room, pictures.meta(), [pictures.png()]).json()
    assert told["number"] == 2


def test_only_the_hospital_of_the_child_stores_and_only_with_consent(case_id):
    room = room_world.opened(case_id, consent=False)
    assert code_of(pictures.send(room, pictures.meta(), [pictures.png()])) == "room.no-consent"
    store.record_consent(world.viewer("requester"), room, room_world.CONSENT)
    for login in ("reader", "surgeon"):
        refused = pictures.send(room, pictures.meta(), [pictures.png()], login)
        assert (refused.status_code, code_of(refused)) == (403, "room.not-your-part")
    store.withdraw_consent(world.viewer("requester"), room)
    assert code_of(pictures.send(room, pictures.meta(), [pictures.png()])) == "room.no-consent"
    assert not PictureRow.objects.exists()


@pytest.mark.parametrize(
    ("change", "frames"),
    [
        ({"columns": 641}, [pictures.png]),
        ({"columns": 0}, [pictures.png]),
        ({"columns": True}, [pictures.png]),
        ({"kind": "film"}, [pictures.png]),
        ({"client_id": "x"}, [pictures.png]),
        ({"client_id": None}, [pictures.png]),
        ({"captured_at": "yesterday"}, [pictures.png]),
        ({"captured_at": "2026-03-04T10:00:00"}, [pictures.png]),
        ({"asked": 999999}, [pictures.png]),
        ({"colour": "blue"}, [pictures.png]),
        ({}, []),
        ({}, [pictures.png, pictures.png]),
        ({}, [lambda: pictures.png()[:-400]]),
        ({}, [lambda: b"GIF89a" + bytes(900)]),
        ({}, [lambda: pictures.jpeg()[: len(pictures.jpeg()) // 2]]),
    ],
)
def test_what_is_no_still_is_refused(room, change, frames):
    told = {**pictures.meta(), **change}
    refused = pictures.send(room, told, [make() for make in frames])
    assert refused.status_code == 400
    assert code_of(refused) == "room.picture-refused"
    assert not PictureRow.objects.exists()


def test_what_is_no_clip_is_refused(room):
    frames = pictures.clip_frames()
    other = io.BytesIO()
    Image.fromarray(pictures.pixels()[:400]).save(other, "JPEG")
    for more, given in (
        ({}, [*frames[:4], other.getvalue()]),
        ({}, [*frames[:4], pictures.png()]),
        ({"times_ms": [0, 1, 2]}, frames),
        ({"times_ms": [0, 40, 40, 80, 120]}, frames),
        ({"times_ms": [0, 40, "x", 80, 120]}, frames),
        ({"times_ms": None}, frames),
    ):
        refused = pictures.send(room, pictures.meta("clip", **more), given)
        assert code_of(refused) == "room.picture-refused"
    for more, given in (
        ({"times_ms": [0]}, frames[:1]),
        ({"times_ms": [0, 1, 2, 3, 200_000]}, frames),
    ):
        refused = pictures.send(room, pictures.meta("clip", **more), given)
        assert code_of(refused) == "room.picture-too-large"


def test_a_clip_of_six_hundred_frames_is_taken(room):
    frames = [pictures.jpeg(quality=20)] * 600
    told = pictures.meta("clip", times_ms=[n * 40 for n in range(600)])
    assert pictures.send(room, told, frames).status_code == 201
    assert PictureRow.objects.get().seconds == 24.0


def test_too_many_bytes_are_refused(room, monkeypatch):
    monkeypatch.setattr(sent_picture, "MOST_BYTES", 1000)
    refused = pictures.send(room, pictures.meta(), [pictures.png()])
    assert code_of(refused) == "room.picture-too-large"


def test_everybody_in_the_room_sees_it_and_nobody_else(room, case_id):
    pictures.send(room, pictures.meta(), [pictures.png()])
    path = f"/rooms/{room}/pictures/still/1/"
    for login in ("requester", "reader", "surgeon"):
        shown = world.client(login).get(path)
        assert shown.status_code == 200
        assert np.array_equal(np.asarray(Image.open(io.BytesIO(shown.content))), pictures.pixels())
        assert shown["Cache-Control"] == "private, no-cache"
    assert AuditRow.objects.filter(
        actor="surgeon", action="read", kind="study", detail__door="room"
    ).exists()
    again = world.client("surgeon").get(path, headers={"If-None-Match": shown["ETag"]})
    assert again.status_code == 304
    for wrong in ("still/2/", "still/1/2/", "clip/1/", "film/1/"):
        assert world.client("surgeon").get(f"/rooms/{room}/pictures/{wrong}").status_code == 404
    assert world.client("stranger").get(path).status_code == 404
    assert pictures.send(room, pictures.meta(), [pictures.png()], "stranger").status_code == 404
    store.remove(world.viewer("requester"), room, world.viewer("surgeon").user)
    gone = world.client("surgeon").get(path, headers={"If-None-Match": shown["ETag"]})
    assert gone.status_code == 404
    record = f"/cases/{case_id}{path}"
    assert world.client("reader").get(record).status_code == 200
    assert world.client("stranger").get(record).status_code == 404
    assert world.client("reader").get(f"/cases/{case_id + 1}{path}").status_code == 404


def test_after_the_end_the_record_shows_it_and_a_late_one_still_comes(room, case_id):
    late = pictures.meta(client_id="late-0001")
    pictures.send(room, pictures.meta(), [pictures.png()])
    store.end(world.viewer("requester"), room)
    path = f"/rooms/{room}/pictures/still/1/"
    assert world.client("reader").get(path).status_code == 404
    assert world.client("reader").get(f"/cases/{case_id}{path}").status_code == 200
    assert pictures.send(room, late, [pictures.png(3)]).json()["number"] == 2
    after = pictures.meta(client_id="after-0001")
    assert pictures.send(room, after, [pictures.png()]).status_code == 404
    assert pictures.send(room, late, [pictures.png()], "reader").status_code == 404
    RoomRow.objects.update(ended_at=timezone.now() - timedelta(hours=25))
    assert pictures.send(room, late, [pictures.png()]).status_code == 404


def test_a_clock_that_is_far_off_does_not_say_when(room):
    far = (timezone.now() - timedelta(days=3)).isoformat()
    pictures.send(room, pictures.meta(captured_at=far), [pictures.png()])
    row = PictureRow.objects.get()
    assert row.captured_at == row.arrived_at


def test_a_scale_leads_to_an_object_with_its_region_once(room):
    pictures.send(room, pictures.meta(), [pictures.png()])
    first, last, mm = pictures.FILM.scale()
    body = {"target": "still:1", "points": [list(first), list(last)], "mm": mm}
    log.tell(world.viewer("reader"), room, "calibrate", body)
    promised = OutboxRow.objects.get(kind=CALIBRATED)
    for _twice in range(2):
        jobs.HANDLERS[CALIBRATED](promised.payload, lambda *_told: None)
    row = PictureRow.objects.get()
    read = stored(row.calibrated_sop_uid)
    (region,) = read.SequenceOfUltrasoundRegions
    assert region.PhysicalDeltaX == pytest.approx(0.008)
    assert read.SourceImageSequence[0].ReferencedSOPInstanceUID == row.sop_uid
    assert read.PixelData == stored(row.sop_uid).PixelData
    assert "reader" in read.DerivationDescription
    assert Instance.objects.filter(series__study__uid=row.room.study_uid).count() == 2
    body["mm"] = 20.0
    log.tell(world.viewer("reader"), room, "calibrate", body)
    jobs.HANDLERS[CALIBRATED](OutboxRow.objects.order_by("-pk")[0].payload, lambda *_told: None)
    again = PictureRow.objects.get()
    assert again.calibrated_sop_uid not in ("", row.calibrated_sop_uid)


def test_a_child_without_an_id_keeps_its_pictures(room, case_id):
    case = CaseRow.objects.get(pk=case_id)
    child = case.child
    child.local_id = "?2.25.1"
    child.save()
    pictures.send(room, pictures.meta(), [pictures.png()])
    assert Study.objects.get(uid=RoomRow.objects.get().study_uid).child_id == child.pk


def test_the_asked_event_stands_with_the_picture(room):
    asked = log.tell(world.viewer("surgeon"), room, "freeze", {"delay_ms": 200})
    pictures.send(room, pictures.meta(asked=asked.id), [pictures.png()])
    assert EventRow.objects.get(kind=Kind.STILL.value).body["asked"] == asked.id
