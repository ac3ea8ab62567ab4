"""Drawings kept, sent twice, corrected, not understood: and what of them is measured."""

from __future__ import annotations

from dataclasses import replace

import archive_world as world
import case_world
import drawing_world
import pydicom
import pytest
from drawing_world import graf_marks, hip_draft

from tongying.dicom.phantoms.infant_hip_us import hip_truth
from tongying.kernel.caveat import Caveat
from tongying.measure.calibration import OutsideImage
from tongying.measure.recipe import MarksMissing, MarksRefused, SideUnknown
from tongying.measure.registry import RecipeUnknown
from tongying.web.measurements.drawing import (
    CORRECTED,
    DrawingNotFound,
    DrawingReplaced,
    Origin,
    keep_drawing,
    keep_unread,
)
from tongying.web.measurements.drawn_image import FrameUnknown, ImagePlace, StudyUndated
from tongying.web.measurements.models import DrawingRow, MeasurementRow
from tongying.web.measurements.reporting import write_report
from tongying.web.measurements.rights import MeasuringNotYours, StrikingNotYours
from tongying.web.people.models import Member
from tongying.web.records.images import content_store
from tongying.web.records.models import Instance, Study
from tongying.web.records.reading import ObjectNotFound
from tongying.web.trail.models import AuditRow

pytestmark = pytest.mark.django_db
WHY = Caveat("measure.label-unknown", "Nobody knows what this label means.")


@pytest.fixture
def hips(db: None) -> dict[str, ImagePlace]:
    case_world.build()
    return drawing_world.put_hips()


def keep(login: str, draft: object) -> str:
    return keep_drawing(world.viewer(login), draft)


def values(code: str) -> dict[str, float]:
    rows = MeasurementRow.objects.filter(drawing__code=code, struck_at=None)
    return {row.measure: row.value for row in rows}


def test_the_lines_of_a_hip_become_its_angles_with_their_drawing(
    hips: dict[str, ImagePlace],
) -> None:
    code = keep("requester", hip_draft(hips["L"], "L"))
    found = values(code)
    assert found["graf-alpha"] == pytest.approx(47, abs=1e-6)
    assert found["graf-beta"] == pytest.approx(72, abs=1e-6)
    row = MeasurementRow.objects.get(measure="graf-alpha")
    assert (row.side, row.unit, row.source, row.measured_on) == (
        "L",
        "deg",
        "drawn",
        row.study.date,
    )
    assert (row.entered_by.login, row.child.local_id, row.case) == ("requester", "P-hip", None)
    drawn = DrawingRow.objects.get(code=code)
    assert (drawn.recipe, drawn.sop_uid, drawn.frame) == ("graf", hips["L"].instance, 1)
    assert drawn.calibration["source"] == "ultrasound region"
    assert drawn.calibration["column_mm"] == pytest.approx(0.08)
    assert [grade["scheme"] for grade in drawn.result["grades"]] == ["graf"]
    told = AuditRow.objects.filter(action="create", kind__in=["drawing", "measurement"])
    assert sorted(told.values_list("kind", flat=True)) == ["drawing", "measurement", "measurement"]


def test_a_drawing_sent_twice_is_one(hips: dict[str, ImagePlace]) -> None:
    draft = hip_draft(hips["L"], "L")
    assert keep("requester", draft) == keep("requester", draft)
    assert keep("expert", draft) != keep("requester", draft)
    assert DrawingRow.objects.count() == 2


def test_a_corrected_drawing_replaces_and_never_changes(hips: dict[str, ImagePlace]) -> None:
    first = keep("requester", hip_draft(hips["R"], "R"))
    marks = graf_marks(hip_truth(drawing_world.HIPS["L"]))
    better = hip_draft(hips["R"], "R", marks=marks, replaces=first)
    second = keep("requester", better)
    old = DrawingRow.objects.get(code=first)
    assert old.replaced_by is not None and old.replaced_by.code == second
    assert values(first) == {}
    assert values(second)["graf-alpha"] == pytest.approx(47, abs=1e-6)
    struck = MeasurementRow.objects.filter(drawing=old)
    assert {row.struck_reason for row in struck} == {CORRECTED}
    assert struck.get(measure="graf-alpha").value == pytest.approx(63, abs=1e-6)
    assert keep("requester", better) == second
    with pytest.raises(DrawingReplaced):
        keep("requester", replace(better, marks=graf_marks(hip_truth(drawing_world.HIPS["R"]))))


def test_only_the_own_hospitals_drawing_is_corrected(hips: dict[str, ImagePlace]) -> None:
    code = keep("requester", hip_draft(hips["R"], "R"))
    stranger = Member.objects.get(login="stranger")
    MeasurementRow.objects.update(hospital_id="OTHER", entered_by=stranger)
    marks = graf_marks(hip_truth(drawing_world.HIPS["L"]))
    with pytest.raises(StrikingNotYours):
        keep("requester", hip_draft(hips["R"], "R", marks=marks, replaces=code))
    assert DrawingRow.objects.get().replaced_by is None


def test_the_same_group_of_an_sr_is_the_same_drawing_and_a_changed_one_replaces_it(
    hips: dict[str, ImagePlace],
) -> None:
    origin = Origin(source="sr", source_uid="1.2.3", tracking_uid="1.2.3.4", label="Graf")
    draft = hip_draft(hips["R"], "R", origin=origin)
    first = keep("requester", draft)
    again = replace(draft, origin=replace(origin, source_uid="1.2.5"))
    assert keep("requester", again) == first
    marks = graf_marks(hip_truth(drawing_world.HIPS["L"]))
    second = keep("requester", replace(again, marks=marks))
    assert DrawingRow.objects.get(code=first).replaced_by.code == second
    assert values(first) == {}
    assert keep("requester", draft) == first, "what was corrected does not come back"
    assert values(first) == {}


def test_marks_that_nobody_understands_are_kept_with_the_reason_until_somebody_says(
    hips: dict[str, ImagePlace],
) -> None:
    origin = Origin(source="sr", source_uid="1.2.3", tracking_uid="1.2.3.4", label="??")
    draft = hip_draft(hips["R"], "R", origin=origin)
    viewer = world.viewer("requester")
    code = keep_unread(viewer, draft, WHY)
    assert keep_unread(viewer, draft, WHY) == code
    row = DrawingRow.objects.get(code=code)
    assert (row.problem_code, row.problem, row.recipe) == (WHY.code, WHY.sentence, "")
    assert not MeasurementRow.objects.exists()
    solved = keep("requester", replace(draft, replaces=code))
    row.refresh_from_db()
    assert row.replaced_by is not None and row.replaced_by.code == solved
    assert values(solved)["graf-alpha"] == pytest.approx(63, abs=1e-6)
    assert keep_unread(viewer, draft, WHY) == code


def test_a_side_against_the_images_is_asked_about(hips: dict[str, ImagePlace]) -> None:
    code = keep("requester", hip_draft(hips["L"], "R"))
    row = MeasurementRow.objects.get(drawing__code=code, measure="graf-alpha")
    assert "contradiction.side-image" in {one["code"] for one in row.caveats}


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"side": ""}, SideUnknown),
        ({"marks": {}}, MarksMissing),
        ({"marks": {"nose": ((1.0, 2.0),)}}, MarksRefused),
        ({"marks": {"baseline": ((1.0, 2.0), (9000.0, 3.0))}}, OutsideImage),
        ({"recipe": "nose"}, RecipeUnknown),
        ({"replaces": "nothing"}, DrawingNotFound),
    ],
)
def test_bad_marks_leave_nothing(
    hips: dict[str, ImagePlace], changes: dict[str, object], error: type[Exception]
) -> None:
    with pytest.raises(error):
        keep("requester", replace(hip_draft(hips["R"], "R"), **changes))
    assert not DrawingRow.objects.exists()
    assert not MeasurementRow.objects.exists()


def test_who_may_not_draws_nothing(hips: dict[str, ImagePlace]) -> None:
    draft = hip_draft(hips["R"], "R")
    for login, error in (("admin", MeasuringNotYours), ("stranger", ObjectNotFound)):
        with pytest.raises(error):
            keep(login, draft)
    with pytest.raises(FrameUnknown):
        keep("requester", replace(draft, place=replace(hips["R"], frame=2)))
    Study.objects.filter(uid=hips["R"].study).update(date=None)
    with pytest.raises(StudyUndated):
        keep("requester", draft)
    assert not DrawingRow.objects.exists()


def test_the_marks_go_out_in_the_studys_report(hips: dict[str, ImagePlace]) -> None:
    viewer = world.viewer("requester")
    keep("requester", hip_draft(hips["L"], "L"))
    code = MeasurementRow.objects.get(measure="graf-alpha").code
    assert write_report(viewer, code) == 2
    report = Instance.objects.get(series__modality="SR")
    with content_store().open(report.digest) as file:
        written = pydicom.dcmread(file)
    lines = [item for item in walked(written) if item.get("ValueType") == "SCOORD"]
    assert len(lines) == 2 * 3
    image = lines[0].ContentSequence[0].ReferencedSOPSequence[0]
    assert image.ReferencedSOPInstanceUID == hips["L"].instance
    baseline = hip_truth(drawing_world.HIPS["L"]).ilium
    assert list(lines[0].GraphicData) == pytest.approx(
        [value + 0.5 for point in baseline for value in point], abs=1e-3
    )


def walked(item: pydicom.Dataset) -> list[pydicom.Dataset]:
    inner = item.get("ContentSequence", [])
    return [item, *(found for one in inner for found in walked(one))]
