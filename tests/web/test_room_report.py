"""The report of a live room: millimetres from scales only, versions, measurements of the child."""

import io
import subprocess
import sysconfig
from pathlib import Path

import archive_world as world
import picture_world as pictures
import pydicom
import pytest
import room_world

from tongying.web.measurements.models import DrawingRow, MeasurementRow
from tongying.web.records.images import content_store
from tongying.web.records.models import Instance
from tongying.web.rooms import log
from tongying.web.rooms.models import EventRow, PictureRow, RoomRow

pytestmark = pytest.mark.django_db
POLYP = "息肉最大径"


@pytest.fixture
def room(db: None) -> str:
    code = room_world.opened(room_world.build())
    assert pictures.send(code, pictures.meta(), [pictures.png()]).status_code == 201
    return code


def report(room: str, login: str = "reader"):
    return world.client(login).post(f"/rooms/{room}/report/")


def scale(room: str, target: str = "still:1", mm: float | None = None) -> None:
    first, last, known = pictures.FILM.scale()
    body = {"target": target, "points": [list(first), list(last)], "mm": mm or known}
    log.tell(world.viewer("reader"), room, "calibrate", body)


def measure(room: str, mark: str, text: str = "", target: str = "still:1", login="surgeon"):
    index = int(target.split(":")[2]) - 1 if target.startswith("clip") else 0
    points = [list(point) for point in pictures.FILM.ends(index)]
    body = {"id": mark, "target": target, "points": points, "text": text}
    return log.tell(world.viewer(login), room, "measure", body)


def stored(sop: str) -> pydicom.Dataset:
    with content_store().open(Instance.objects.get(uid=sop).digest) as file:
        return pydicom.dcmread(io.BytesIO(file.read()))


def items(dataset, kind):
    for item in dataset.get("ContentSequence", []):
        if item.ValueType == kind:
            yield item
        yield from items(item, kind)


def test_findings_and_lengths_become_a_report_in_the_rooms_study(room):
    scale(room)
    measure(room, "mark-0001", POLYP)
    finding = {"text": "肠套叠头端见息肉样结节", "target": "still:1"}
    log.tell(world.viewer("reader"), room, "finding", finding)
    told = report(room)
    assert told.status_code == 201, told.content
    body = told.json()
    assert (body["version"], body["findings"], body["measurements"], body["left_out"]) == (
        1,
        1,
        1,
        0,
    )
    read = stored(body["sop"])
    assert read.StudyInstanceUID == RoomRow.objects.get().study_uid
    (number,) = items(read, "NUM")
    value = number.MeasuredValueSequence[0]
    assert float(value.NumericValue) == pytest.approx(15.0, rel=0.005)
    assert value.MeasurementUnitsCodeSequence[0].CodeValue == "mm"
    (place,) = items(number, "SCOORD")
    picture = PictureRow.objects.get()
    ends = [
        x * size
        for point in pictures.FILM.ends()
        for x, size in zip(point, (640, 480), strict=True)
    ]
    assert list(place.GraphicData) == pytest.approx(ends, abs=0.01)
    image = place.ContentSequence[0].ReferencedSOPSequence[0]
    assert image.ReferencedSOPInstanceUID == picture.calibrated_sop_uid
    texts = [item.TextValue for item in items(read, "TEXT")]
    assert "肠套叠头端见息肉样结节" in texts
    assert any(text.startswith("Measured by surgeon, ") for text in texts)
    assert any(text.startswith("Said by reader, ") for text in texts)
    event = EventRow.objects.get(kind="reported")
    assert (event.body["sop"], event.author.login) == (body["sop"], "reader")


def test_a_named_length_is_a_measurement_of_the_child_and_another_is_not(room):
    scale(room)
    measure(room, "mark-0001", POLYP)
    measure(room, "mark-0002", "这里")
    assert report(room).json()["kept"] == 1
    row = MeasurementRow.objects.get()
    assert (row.measure, row.entered_by.login, row.unit) == ("polyp-diameter", "surgeon", "mm")
    assert row.value == pytest.approx(15.0, rel=0.005)
    assert row.sr_uid == EventRow.objects.get(kind="reported").body["sop"]
    assert row.child_id == RoomRow.objects.get().case.child_id
    drawing = DrawingRow.objects.get()
    assert drawing.sop_uid == PictureRow.objects.get().calibrated_sop_uid
    assert report(room).json()["kept"] == 1
    assert MeasurementRow.objects.count() == 1


def test_a_length_without_a_scale_is_left_out(room):
    measure(room, "mark-0001", POLYP)
    refused = report(room)
    assert (refused.status_code, refused.json()["code"]) == (400, "room.nothing-to-report")
    log.tell(world.viewer("reader"), room, "finding", {"text": "未见积液"})
    body = report(room).json()
    assert (body["findings"], body["measurements"], body["left_out"]) == (1, 0, 1)
    assert not list(items(stored(body["sop"]), "NUM"))
    assert not MeasurementRow.objects.exists()


def test_more_findings_are_a_new_version_that_refers_and_the_same_are_one(room):
    log.tell(world.viewer("reader"), room, "finding", {"text": "未见积液"})
    first = report(room).json()
    assert report(room, "surgeon").json()["sop"] == first["sop"]
    assert EventRow.objects.filter(kind="reported").count() == 1
    scale(room)
    measure(room, "mark-0001", POLYP)
    second = report(room).json()
    assert second["version"] == 2
    before = stored(second["sop"]).PredecessorDocumentsSequence[0]
    series = before.ReferencedSeriesSequence[0]
    assert series.ReferencedSOPSequence[0].ReferencedSOPInstanceUID == first["sop"]


def test_number_scale_and_region_agree_when_the_scale_is_drawn_anew(room):
    scale(room, mm=20.0)
    measure(room, "mark-0001", POLYP)
    report(room)
    scale(room)
    body = report(room).json()
    read = stored(body["sop"])
    (number,) = items(read, "NUM")
    value = float(number.MeasuredValueSequence[0].NumericValue)
    assert value == pytest.approx(15.0, rel=0.005)
    region = stored(PictureRow.objects.get().calibrated_sop_uid).SequenceOfUltrasoundRegions[0]
    assert region.PhysicalDeltaX * 10 == pytest.approx(0.08)
    assert any("10 mm was told in the room" in one.TextValue for one in items(read, "TEXT"))
    standing = MeasurementRow.objects.filter(struck_at=None).values_list("value", flat=True)
    assert list(standing) == [pytest.approx(15.0, rel=0.005)]


def test_a_length_on_a_frame_of_a_clip_names_the_frame(room):
    pictures.send(room, pictures.meta("clip"), pictures.clip_frames())
    scale(room, "clip:1:1")
    measure(room, "mark-0001", POLYP, "clip:1:4")
    read = stored(report(room).json()["sop"])
    (place,) = items(read, "SCOORD")
    reference = place.ContentSequence[0].ReferencedSOPSequence[0]
    assert reference.ReferencedFrameNumber == 4
    assert (
        reference.ReferencedSOPInstanceUID == PictureRow.objects.get(kind="clip").calibrated_sop_uid
    )


def test_whoever_is_not_invited_finds_nothing(room):
    assert report(room, "stranger").status_code == 404
    assert report(room, "coordinator").status_code == 404


@pytest.mark.peer
def test_dciodvfy_finds_no_error_in_the_report(room, tmp_path):
    program = Path(sysconfig.get_path("scripts")) / "dciodvfy"
    if not program.exists():
        pytest.skip("dciodvfy (dicom3tools) is not installed")
    scale(room)
    measure(room, "mark-0001", POLYP)
    log.tell(world.viewer("reader"), room, "finding", {"text": "未见积液", "target": "still:1"})
    report(room)
    finding = {"text": "肠壁增厚"}
    log.tell(world.viewer("reader"), room, "finding", finding)
    for sop in (report(room).json()["sop"], PictureRow.objects.get().calibrated_sop_uid):
        path = tmp_path / "object.dcm"
        stored(sop).save_as(path)
        run = subprocess.run([program, "-new", path], capture_output=True, text=True)
        said = (run.stdout + run.stderr).splitlines()
        assert [line for line in said if line.startswith("Error")] == []
