"""A report that a viewer saved becomes drawings and measurements, once, and nothing is lost."""

from __future__ import annotations

from datetime import timedelta

import archive_world as world
import case_world
import drawing_world
import pydicom
import pytest
from pydicom.dataset import Dataset

import viewer_reports as viewer
from tongying.archive.arrival import Arrival, Door, Sender
from tongying.archive.ingest import Intake
from tongying.dicom.phantoms.infant_hip_us import hip_truth
from tongying.measure.plane import Plane, Point
from tongying.web import now as clock
from tongying.web.jobs.models import OutboxRow
from tongying.web.jobs.store import run, waiting
from tongying.web.measurements.drawn_image import ImagePlace, MarksUncertain, check_square
from tongying.web.measurements.from_reports import read_arrived
from tongying.web.measurements.models import DrawingRow, MeasurementRow
from tongying.web.measurements.unread import MeaningRefused, say_what, unread_in_case
from tongying.web.records.images import content_store
from tongying.web.records.index import READ_REPORT, DjangoIndex, sender_of
from tongying.web.records.models import Instance

pytestmark = pytest.mark.django_db
STEPS = {"baseline": "基线", "bony-roof": "骨顶线", "cartilage-roof": "软骨顶线"}


@pytest.fixture
def hips(db: None) -> dict[str, ImagePlace]:
    case_world.build()
    return drawing_world.put_hips()


def corner(points: tuple[Point, ...], *, by: float = 0.0) -> list[float]:
    """Return points as DICOM counts them, the last one moved by so many rows."""
    flat = [value + 0.5 for point in points for value in point]
    flat[-1] += by
    return flat


def graf_lines(place: ImagePlace, side: str, *, by: float = 0.0, steps: int = 3) -> list[Dataset]:
    marks = drawing_world.graf_marks(hip_truth(drawing_world.HIPS[side]))
    word = {"R": "右", "L": "左"}[side]
    return [
        viewer.line(
            f"髋关节超声 Graf 法 · {STEPS[name]} {word}",
            corner(points, by=by if name == "bony-roof" else 0.0),
            image=place.instance,
        )
        for name, points in list(marks.items())[:steps]
    ]


def header_of(place: ImagePlace) -> Dataset:
    with content_store().open(_digest(place)) as file:
        return pydicom.dcmread(file, stop_before_pixels=True)


def _digest(place: ImagePlace) -> str:
    return Instance.objects.get(uid=place.instance).digest


def offer(sender: Sender, place: ImagePlace, *groups: Dataset, number: int = 1) -> list[Arrival]:
    report = viewer.report(*groups, like=header_of(place), sop_uid=f"1.2.3.{100 + number}")
    intake = Intake(content_store(), DjangoIndex(), sender)
    incoming = intake.incoming()
    incoming.write(viewer.file_of(report))
    intake.offer("report", incoming)
    return list(intake.flush())


def save(login: str, place: ImagePlace, *groups: Dataset, number: int = 1) -> None:
    """Save a report as the viewer does, through STOW-RS."""
    who = world.viewer(login)
    arrivals = offer(sender_of(who, Door.STOW), place, *groups, number=number)
    assert [one.accepted for one in arrivals] == [True]
    read_arrived(who, arrivals)


def standing() -> dict[tuple[str, str], float]:
    rows = MeasurementRow.objects.filter(struck_at=None)
    return {(row.measure, row.side): row.value for row in rows}


def test_three_labelled_lines_become_the_angles_of_that_hip(hips: dict[str, ImagePlace]) -> None:
    save("requester", hips["L"], *graf_lines(hips["L"], "L"), *graf_lines(hips["R"], "R"))
    found = standing()
    assert found["graf-alpha", "L"] == pytest.approx(47, abs=0.01)
    assert found["graf-beta", "L"] == pytest.approx(72, abs=0.01)
    assert found["graf-alpha", "R"] == pytest.approx(63, abs=0.01)
    row = DrawingRow.objects.get(side="L")
    assert (row.source, row.recipe, row.source_uid) == ("sr", "graf", "1.2.3.101")
    assert row.drawn_by.login == "requester"
    assert not OutboxRow.objects.filter(kind=READ_REPORT, finished_at=None).exists()


def test_saved_again_everything_is_there_once(hips: dict[str, ImagePlace]) -> None:
    lines = graf_lines(hips["L"], "L")
    save("requester", hips["L"], *lines)
    before = standing()
    save("requester", hips["L"], *lines, *graf_lines(hips["R"], "R"), number=2)
    assert DrawingRow.objects.filter(side="L").count() == 1
    assert {key: one for key, one in standing().items() if key[1] == "L"} == before


def test_a_line_that_was_moved_replaces_the_drawing(hips: dict[str, ImagePlace]) -> None:
    save("requester", hips["L"], *graf_lines(hips["L"], "L"))
    save("requester", hips["L"], *graf_lines(hips["L"], "L", by=6), number=2)
    old, new = DrawingRow.objects.order_by("pk")
    assert old.replaced_by == new
    assert standing()["graf-alpha", "L"] != pytest.approx(47, abs=0.5)
    assert MeasurementRow.objects.filter(drawing=old, struck_at=None).count() == 0
    save("requester", hips["L"], *graf_lines(hips["L"], "L"), number=3)
    assert DrawingRow.objects.count() == 2, "what was corrected came back"


def test_two_polyps_on_one_image_are_two(hips: dict[str, ImagePlace]) -> None:
    where = hips["L"].instance
    two = [
        viewer.line("息肉最大径", (100.5, 200.5, 100.5 + long, 200.5), image=where)
        for long in (30, 50)
    ]
    save("requester", hips["L"], *two)
    assert MeasurementRow.objects.filter(measure="polyp-diameter").count() == 2
    save("requester", hips["L"], *two, number=2)
    assert MeasurementRow.objects.filter(measure="polyp-diameter").count() == 2


def test_what_lacks_a_line_says_which_and_is_whole_when_drawn(hips: dict[str, ImagePlace]) -> None:
    study = hips["L"].study
    save("requester", hips["L"], *graf_lines(hips["L"], "L", steps=1))
    assert standing() == {}
    (left,) = unread_in_case(world.viewer("requester"), [study], "zh")
    assert "Bony roof line" in left.problem
    assert left.choices == ()
    save("requester", hips["L"], *graf_lines(hips["L"], "L"), number=2)
    assert unread_in_case(world.viewer("requester"), [study], "zh") == ()


def test_a_line_without_a_name_is_named_by_a_person(hips: dict[str, ImagePlace]) -> None:
    who, study = world.viewer("requester"), hips["R"].study
    save("requester", hips["R"], viewer.line("", (1.5, 1.5, 31.5, 1.5), image=hips["R"].instance))
    (left,) = unread_in_case(who, [study], "zh")
    assert DrawingRow.objects.get().problem_code == "measure.label-missing"
    offered = {(one.meaning.recipe, one.meaning.side) for one in left.choices}
    assert {("polyp-diameter", ""), ("pubofemoral-distance", "R")} <= offered
    assert not {recipe for recipe, _ in offered} & {"graf", "tumour-outline", "nodule-diameter"}
    with pytest.raises(MeaningRefused):
        say_what(who, left.code, "graf", "R")
    say_what(who, left.code, "pubofemoral-distance", "R")
    assert ("pubofemoral-distance", "R") in standing()
    assert unread_in_case(who, [study], "zh") == ()


def test_a_plane_in_space_and_an_unknown_name_are_kept_with_the_reason(
    hips: dict[str, ImagePlace],
) -> None:
    save(
        "requester",
        hips["L"],
        viewer.line("看这里", (9, 9, 40, 40), image=hips["L"].instance),
        viewer.line_in_space("肾脏长径 左", (1, 2, 3, 4, 5, 6)),
        viewer.group("Length", "x", []),
    )
    codes = set(DrawingRow.objects.values_list("problem_code", flat=True))
    assert codes == {"measure.label-unknown", "measure.not-on-image"}
    assert standing() == {}


def test_marks_on_an_image_that_is_not_here_are_kept_with_the_reason(
    hips: dict[str, ImagePlace],
) -> None:
    groups = [viewer.line(name, (9, 9, 40, 40), image="1.2.3.999") for name in ("左", "右")]
    save("requester", hips["L"], *groups)
    save("requester", hips["L"], *groups, number=2)
    rows = DrawingRow.objects.values_list("problem_code", "label")
    assert sorted(rows) == [("archive.not-found", "右"), ("archive.not-found", "左")]
    assert standing() == {}


def test_the_worker_reads_what_the_door_could_not(hips: dict[str, ImagePlace]) -> None:
    who = world.viewer("requester")
    offer(sender_of(who, Door.UPLOAD), hips["L"], *graf_lines(hips["L"], "L"))
    jobs = [job for job in waiting() if job.kind == READ_REPORT]
    assert len(jobs) == 1
    assert standing() == {}
    run(jobs[0].id)
    run(jobs[0].id)
    assert standing()["graf-alpha", "L"] == pytest.approx(47, abs=0.01)
    assert DrawingRow.objects.count() == 1


def test_the_worker_leaves_the_door_a_moment(hips: dict[str, ImagePlace]) -> None:
    who = world.viewer("requester")
    offer(sender_of(who, Door.STOW), hips["L"], *graf_lines(hips["L"], "L"))
    job = OutboxRow.objects.get(kind=READ_REPORT)
    assert job.not_before is not None
    assert job.not_before - clock.now() < timedelta(seconds=6)


def test_what_no_person_brought_is_nobodys_measurement(hips: dict[str, ImagePlace]) -> None:
    sender = Sender("dimse:XRAY", "COUNTY", Door.CSTORE)
    offer(sender, hips["L"], *graf_lines(hips["L"], "L"))
    assert not OutboxRow.objects.filter(kind=READ_REPORT).exists()
    assert standing() == {}


def test_a_reader_of_the_page_is_told_once(hips: dict[str, ImagePlace]) -> None:
    case = case_world.reading()
    page = world.client("requester")
    assert page.get(f"/cases/{case}/measured/").status_code == 200
    text = page.get(f"/cases/{case}/").content.decode()
    version = text.partition('data-version="')[2].partition('"')[0]
    assert version
    assert page.get(f"/cases/{case}/measured/", {"have": version}).status_code == 204
    assert world.client("stranger").get(f"/cases/{case}/measured/").status_code == 404


def test_marks_of_the_viewer_on_pixels_that_are_not_square_are_not_believed() -> None:
    check_square(Plane.calibrated(column_mm=0.5, row_mm=0.5, source="region"))
    with pytest.raises(MarksUncertain, match="not square"):
        check_square(Plane.calibrated(column_mm=0.5, row_mm=0.6, source="region"))
