"""A child's timeline: who sees which studies on it, fetal studies, twins, undoing, priors."""

from __future__ import annotations

import io
from dataclasses import dataclass, replace
from datetime import date
from urllib.parse import parse_qs, urlsplit

import archive_world as world
import pytest
from case_world import QUESTION
from django.db import IntegrityError, transaction
from pydicom import dcmread

from tongying.archive.arrival import Door, Sender
from tongying.archive.modality_family import Kind
from tongying.consult.desk import Act
from tongying.consult.people import Role
from tongying.consult.states import Move
from tongying.kernel.gestation import GestationalAge, GestationContradicts
from tongying.web.cases import store as cases
from tongying.web.cases.models import CaseRow, CaseStudy
from tongying.web.cases.priors import PriorRefused, add_prior
from tongying.web.records.children import ChildUnknown, link, same_child
from tongying.web.records.fetal import (
    FetalLink,
    FetalNotYours,
    FetalRefused,
    FetalUnknown,
    file_with_child,
    undo,
)
from tongying.web.records.filing import children_shown, studies_of
from tongying.web.records.models import Child, FetalStudy, Study
from tongying.web.records.study_page import study_view
from tongying.web.records.timeline import child_timeline, lines_around, priors_among
from tongying.web.trail.models import AuditRow
from tongying.web.uploads.intake import offer, open_intake

pytestmark = pytest.mark.django_db
UID = "1.2.826.0.1.3680043.10.98"
HEAD, HIP, LATER, TWIN = (f"{UID}.{n}" for n in (1, 2, 3, 4))
FETAL, THYROID = f"{UID}.5", f"{UID}.6"
BORN = "20260301"
CHILD = {"PatientID": "C1", "PatientBirthDate": BORN, "PatientName": "Liu^Da=刘^大宝"}
SECOND = {"PatientID": "C2", "PatientBirthDate": BORN, "PatientName": "Liu^Xiao=刘^小宝"}
MOTHER = {
    "PatientID": "M1",
    "PatientBirthDate": "19940203",
    "PatientSex": "F",
    "PatientName": "Sun^Li=孙^丽",
}
WEEKS_30_2 = GestationalAge.of(30, 2)


def sent(uid: str, who: dict[str, str], modality: str, what: str, on: str) -> bytes:
    return world.instance(
        1, study=uid, Modality=modality, StudyDescription=what, StudyDate=on, **who
    )


@pytest.fixture(autouse=True)
def alliance(db: None) -> None:
    """Two children of one birth, their mother, an expert elsewhere."""
    world.build()
    world.add("expert-there", Role.EXPERT, world.EXPERTS)
    world.add("desk-there", Role.COORDINATOR, world.EXPERTS)
    world.send(
        "technologist",
        sent(HEAD, CHILD, "US", "新生儿颅脑超声", "20260303"),
        sent(HIP, CHILD, "US", "双髋超声", "20260415"),
        sent(LATER, CHILD, "MR", "头颅 MR", "20260601"),
        sent(TWIN, SECOND, "US", "新生儿颅脑超声", "20260303"),
        sent(FETAL, MOTHER, "MR", "胎儿颅脑 MR", "20260101"),
        sent(THYROID, MOTHER, "US", "甲状腺超声", "20251201"),
    )


def child(local_id: str) -> int:
    return Child.objects.get(local_id=local_id).pk


def said(uid: str = FETAL, order: int | None = None) -> FetalLink:
    return FetalLink(uid, WEEKS_30_2, order, "分娩记录")


def file(local_id: str = "C1", order: int | None = None) -> int:
    return file_with_child(world.viewer("coordinator"), child(local_id), said(order=order))


def shown(login: str, local_id: str) -> list[str]:
    return [one.row.uid for one in child_timeline(world.viewer(login), child(local_id)).lines]


def invite(subject: str) -> int:
    """A case about a study that the expert elsewhere reads; return its number."""
    asking, desk = world.viewer("requester"), world.viewer("desk-there")
    case = cases.begin(asking, subject)
    cases.act(asking, case, Act(Move.EDIT, question=QUESTION))
    cases.act(asking, case, Act(Move.SUBMIT))
    expert = world.viewer("expert-there")
    cases.act(desk, case, Act(Move.ASSIGN, assignee=expert.user, reason="值班"))
    return case


# ---- a fetal study goes to the child and leaves the mother ------------------------------------


def test_a_fetal_study_appears_with_its_weeks_and_leaves_the_mother() -> None:
    assert shown("requester", "M1") == [FETAL, THYROID]
    file()
    assert shown("requester", "C1") == [LATER, HIP, HEAD, FETAL]
    assert shown("requester", "M1") == [THYROID]
    text = world.client("requester").get(f"/children/{child('C1')}/timeline/").content.decode()
    assert "GA 30+2 weeks" in text
    assert "孙丽" not in text  # the line is the child's
    mothers = world.client("requester").get(f"/children/{child('M1')}/timeline/").content.decode()
    assert "1 fetal study of this record is filed with the child" in mothers
    assert FETAL not in mothers
    page = study_view(world.viewer("requester"), THYROID)
    assert (page.others, page.filed_with_children) == ((), 1)


def test_the_installation_may_leave_it_with_the_mother_too(settings: object) -> None:
    settings.TONGYING_FETAL_STAYS_WITH_MOTHER = True  # type: ignore[attr-defined]
    file()
    assert shown("requester", "M1") == [FETAL, THYROID]
    assert FETAL in shown("requester", "C1")


def test_the_mothers_other_studies_never_come_along() -> None:
    file()
    visible = studies_of(world.viewer("requester"), child("C1"))
    assert THYROID not in set(visible.values_list("uid", flat=True))


def test_same_child_is_never_widened_by_a_fetal_study() -> None:
    """Access rests on it: the mother's record must not become the child's."""
    file()
    assert same_child(child("C1")) == [child("C1")]
    assert same_child(child("M1")) == [child("M1")]
    link(world.viewer("coordinator"), child("C1"), child("C2"), reason="x")
    assert same_child(child("C1")) == sorted([child("C1"), child("C2")])


def test_twins_share_a_study_each_with_its_place() -> None:
    file("C1", 1)
    file("C2", 2)
    assert FETAL in shown("requester", "C1")
    assert shown("requester", "C2") == [TWIN, FETAL]
    assert children_shown(Study.objects.get(uid=FETAL)) == (child("C1"), child("C2"))
    lines = child_timeline(world.viewer("requester"), child("C2")).lines
    assert lines[-1].fetal is not None
    assert lines[-1].fetal.birth_order == 2
    assert "fetus B" in (
        world.client("requester").get(f"/children/{child('C2')}/timeline/").content.decode()
    )
    # Whose priors they would be is not known: the study itself has none and hands none on.
    assert lines_around(world.viewer("requester"), FETAL) == (None, ())
    assert TWIN not in shown("requester", "C1")


def test_an_expert_asked_about_one_twin_learns_nothing_of_the_other() -> None:
    file("C1", 1)
    file("C2", 2)
    invite(LATER)
    expert = world.viewer("expert-there")
    page = study_view(expert, FETAL)
    assert [one.child.local_id for one in page.shows] == ["C1"]
    text = world.client("expert-there").get(f"/studies/{FETAL}/").content.decode()
    assert "刘大宝" in text
    assert "刘小宝" not in text
    with pytest.raises(ChildUnknown):
        child_timeline(expert, child("M1"))


def test_undoing_gives_it_back_and_is_kept_and_audited() -> None:
    number = file()
    undo(world.viewer("coordinator"), child("C1"), number)
    assert FETAL not in shown("requester", "C1")
    assert shown("requester", "M1") == [FETAL, THYROID]
    row = FetalStudy.objects.get(pk=number)
    assert row.undone_by is not None
    assert row.undone_by.login == "coordinator"
    acts = AuditRow.objects.filter(kind="fetal-study").order_by("id")
    assert [(one.action, one.actor) for one in acts] == [
        ("create", "coordinator"),
        ("delete", "coordinator"),
    ]
    with pytest.raises(FetalUnknown):
        undo(world.viewer("coordinator"), child("C1"), number)
    file()  # and again


def test_undoing_takes_it_from_questions_that_nobody_has_answered() -> None:
    number = file()
    case = invite(LATER)
    assert shown("expert-there", "C1") == [LATER, HIP, HEAD, FETAL]
    undo(world.viewer("coordinator"), child("C1"), number)
    assert shown("expert-there", "C1") == [LATER, HIP, HEAD]
    assert not CaseStudy.objects.filter(case_id=case, study__uid=FETAL).exists()


# ---- who may, and what is refused -------------------------------------------------------------


@pytest.mark.parametrize("role", list(Role))
def test_who_files_fetal_studies(role: Role) -> None:
    may = role in (Role.COORDINATOR, Role.ADMIN)
    viewer = world.viewer(role.value)
    if may:
        number = file_with_child(viewer, child("C1"), said())
        undo(viewer, child("C1"), number)
        return
    with pytest.raises(FetalNotYours):
        file_with_child(viewer, child("C1"), said())
    with pytest.raises(FetalNotYours):
        undo(viewer, child("C1"), 1)


@pytest.mark.parametrize("login", ["othercoord", "otheradmin"])
def test_another_hospital_finds_neither_child_nor_link(login: str) -> None:
    number = file()
    with pytest.raises(ChildUnknown):
        file_with_child(world.viewer(login), child("C2"), said())
    with pytest.raises(FetalUnknown):
        undo(world.viewer(login), child("C1"), number)


@dataclass(frozen=True)
class Wrong:
    who: str
    link: FetalLink
    error: type[Exception]


@pytest.mark.parametrize(
    "wrong",
    [
        Wrong("C1", replace(said(), reason=" "), FetalRefused),
        Wrong("C1", said(HIP), FetalRefused),  # the child's own
        Wrong("C1", said(TWIN), FetalRefused),  # a child's record, not a mother's
        Wrong("C1", said(f"{UID}.404"), FetalUnknown),
        Wrong("C1", said(order=9), FetalRefused),
        Wrong("C1", FetalLink(FETAL, GestationalAge.of(40, 0), None, "x"), GestationContradicts),
        Wrong("M1", said(HEAD), FetalRefused),
    ],
)
def test_what_is_refused_changes_nothing(wrong: Wrong) -> None:
    with pytest.raises(wrong.error):
        file_with_child(world.viewer("coordinator"), child(wrong.who), wrong.link)
    assert not FetalStudy.objects.exists()
    assert not AuditRow.objects.filter(kind="fetal-study").exists()


def test_a_child_has_a_study_once_and_a_place_is_one_childs() -> None:
    file("C1", 1)
    with pytest.raises(FetalRefused):
        file("C1", 2)
    with pytest.raises(FetalRefused):
        file("C2", 1)
    row = FetalStudy.objects.get()
    with pytest.raises(IntegrityError), transaction.atomic():
        FetalStudy.objects.create(
            child=row.child, study=row.study, made_by=row.made_by, made_at=row.made_at
        )


# ---- who sees which timeline -------------------------------------------------------------------


@pytest.mark.parametrize("role", [one for one in Role if one is not Role.VENDOR])
def test_everybody_of_the_hospital_sees_the_childs_whole_timeline(role: Role) -> None:
    file()
    assert shown(role.value, "C1") == [LATER, HIP, HEAD, FETAL]


@pytest.mark.parametrize("login", ["stranger", "otheradmin", "othercoord", "expert-there"])
def test_a_stranger_finds_no_child(login: str) -> None:
    file()
    for who in ("C1", "M1"):
        url = f"/children/{child(who)}/timeline/"
        assert world.client(login).get(url).status_code == 404
    assert world.client(login).get("/children/999999/timeline/").status_code == 404


def test_an_invited_expert_sees_the_case_and_its_priors_only() -> None:
    invite(LATER)
    newer = f"{UID}.7"
    world.send("technologist", sent(newer, CHILD, "CT", "头颅 CT", "20260701"))
    assert shown("expert-there", "C1") == [LATER, HIP, HEAD]
    assert newer in shown("requester", "C1")
    with pytest.raises(ChildUnknown):
        child_timeline(world.viewer("expert-there"), child("C2"))


def test_the_reading_is_on_record() -> None:
    world.client("requester").get(f"/children/{child('C1')}/timeline/")
    row = AuditRow.objects.filter(action="read", kind="child").get()
    assert (row.actor, row.target, row.detail["door"]) == (
        "requester",
        str(child("C1")),
        "timeline",
    )


# ---- narrowing, pairs, priors -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", {LATER, HIP, HEAD, FETAL}),
        ("kind=us", {HIP, HEAD}),
        ("region=head", {LATER, HEAD, FETAL}),
        ("region=head&kind=us", {HEAD}),
        ("kind=fetal", {FETAL}),
        ("kind=nonsense", {LATER, HIP, HEAD, FETAL}),
        ("region=unknown", set()),
    ],
)
def test_narrowing(query: str, expected: set[str]) -> None:
    file()
    url = f"/children/{child('C1')}/timeline/?{query}"
    for headers in ({}, {"HX-Request": "true"}):
        text = world.client("requester").get(url, headers=headers).content.decode()
        assert {uid for uid in (LATER, HIP, HEAD, FETAL) if f'value="{uid}"' in text} == expected


def pair(login: str, to: str, *uids: str) -> tuple[int, str, str]:
    query = "&".join(f"pick={uid}" for uid in uids)
    response = world.client(login).get(f"/children/{child('C1')}/pair/?to={to}&{query}")
    return response.status_code, response.headers.get("Location", ""), response.content.decode()


def test_two_are_compared_in_the_viewer_newest_first() -> None:
    status, where, _ = pair("requester", "compare", HEAD, LATER)
    assert status == 302
    assert parse_qs(urlsplit(where).query)["StudyInstanceUIDs"] == [f"{LATER},{HEAD}"]


@pytest.mark.parametrize("uids", [(), (HEAD,), (HEAD, HIP, LATER), (HEAD, TWIN), (HEAD, HEAD)])
def test_a_pair_is_two_of_this_childs_studies(uids: tuple[str, ...]) -> None:
    status, _, text = pair("requester", "compare", *uids)
    assert status == 422
    assert "Choose exactly two studies." in text


def test_what_cannot_be_fused_is_said() -> None:
    file()
    assert "can be compared, but not fused" in pair("requester", "fuse", LATER, FETAL)[2]
    assert "Only CT, MR, PET and SPECT" in pair("requester", "fuse", HEAD, HIP)[2]
    assert pair("requester", "compare", LATER, FETAL)[0] == 302


def test_the_priors_of_a_study_are_named_with_their_reason() -> None:
    file()
    _, lines = lines_around(world.viewer("requester"), HEAD)
    assert [one.line.row.uid for one in priors_among(lines, HEAD)] == [FETAL]
    text = world.client("requester").get(f"/studies/{LATER}/").content.decode()
    first = text.index("Relevant priors")
    assert text.index(HEAD, first) > text.index(FETAL, first)  # MR before birth: the same kind
    assert "same part of the body · same kind of examination · before birth" in text


def test_a_case_takes_the_fetal_study_as_a_prior_but_nothing_else_of_the_mother() -> None:
    file()
    case = cases.begin(world.viewer("requester"), LATER)
    priors = CaseStudy.objects.filter(case_id=case, prior=True)
    assert set(priors.values_list("study__uid", flat=True)) == {HEAD, HIP, FETAL}
    mothers = cases.begin(world.viewer("requester"), THYROID)
    assert not CaseStudy.objects.filter(case_id=mothers, prior=True).exists()


def test_a_new_study_is_added_to_a_draft_by_one_press() -> None:
    case = cases.begin(world.viewer("requester"), LATER)
    newer = f"{UID}.8"
    world.send("technologist", sent(newer, CHILD, "CT", "头颅 CT", "20260701"))
    page = world.client("requester").get(f"/cases/{case}/").content.decode()
    assert f'name="study" value="{newer}"' in page
    for _ in range(2):
        response = world.client("requester").post(f"/cases/{case}/priors/", {"study": newer})
        assert response.headers["Location"] == f"/cases/{case}/#images"
    assert CaseStudy.objects.filter(case_id=case, study__uid=newer, prior=True).count() == 1
    assert AuditRow.objects.filter(kind="case", detail__move="prior").count() == 1
    for foreign in (TWIN, THYROID, f"{UID}.404"):
        with pytest.raises(PriorRefused):
            add_prior(world.viewer("requester"), case, foreign)
    assert world.client("admin").post(f"/cases/{case}/priors/", {"study": newer}).status_code == 404


def test_the_case_page_shows_an_expert_only_what_they_see() -> None:
    case = invite(LATER)
    newer = f"{UID}.9"
    world.send("technologist", sent(newer, CHILD, "CT", "头颅 CT", "20260701"))
    theirs = world.client("expert-there").get(f"/cases/{case}/").content.decode()
    assert "All examinations of the child" in theirs
    assert newer not in theirs
    assert newer in world.client("requester").get(f"/cases/{case}/").content.decode()


def test_the_corrected_age_follows_the_case_of_a_preterm() -> None:
    """Born at 32 weeks: on 15 April, 45 days old, the child is 11 days before term."""
    case = cases.begin(world.viewer("requester"), LATER)
    CaseRow.objects.filter(pk=case).update(gestation_weeks=32, gestation_days=0)
    lines = child_timeline(world.viewer("requester"), child("C1")).lines
    corrected = {one.row.uid: one.row.child.corrected_age for one in lines}
    assert corrected[HIP] is not None
    assert corrected[HIP].days == (date(2026, 4, 15) - date(2026, 4, 26)).days == -11


def test_what_the_platform_made_does_not_change_what_a_study_is() -> None:
    """A fusion leaves a resampled PET in the MR's study; it stays an MR."""
    made = sent(LATER, CHILD, "PT", "头颅 MR", "20260601")
    data = dcmread(io.BytesIO(made))
    data.SeriesInstanceUID, data.SOPInstanceUID = f"{LATER}.9", f"{LATER}.9.1"
    data.file_meta.MediaStorageSOPInstanceUID = data.SOPInstanceUID
    buffer = io.BytesIO()
    data.save_as(buffer)
    intake = open_intake(Sender("system", world.COUNTY, Door.SELF))
    offer(intake, "made.dcm", io.BytesIO(buffer.getvalue()))
    assert all(one.accepted for one in intake.flush())
    assert Study.objects.get(uid=LATER).modalities == "MR\\PT"
    (line,) = (
        one
        for one in child_timeline(world.viewer("requester"), child("C1")).lines
        if one.row.uid == LATER
    )
    assert (line.facts.kinds, line.images) == ((Kind.MR,), 1)


# ---- the coordinator's page ---------------------------------------------------------------------


def test_filing_on_the_page_from_search_to_undo() -> None:
    client, url = world.client("coordinator"), f"/children/{child('C1')}/"
    found = client.get(url, {"mother": "sunli"}).content.decode()
    assert FETAL in found
    assert THYROID in found
    assert f'name="study" value="{TWIN}"' not in client.get(url, {"mother": "C2"}).content.decode()
    form = {"study": FETAL, "weeks": "30", "days": "2", "birth_order": "1", "reason": "腕带"}
    refused = client.post(f"{url}fetal/", {**form, "weeks": "60", "mother": "sunli"})
    assert refused.status_code == 422
    text = refused.content.decode()
    assert "A gestational age lies between 4 and 44 weeks." in text
    assert 'value="腕带"' in text  # nothing typed is lost
    assert client.post(f"{url}fetal/", form).status_code == 302
    row = FetalStudy.objects.get()
    assert (row.gestation_days, row.birth_order, row.reason) == (212, 1, "腕带")
    page = client.get(url).content.decode()
    assert "GA 30+2 weeks · fetus A" in page
    assert client.post(f"{url}fetal/{row.pk}/undo/").status_code == 302
    assert "undone" in client.get(url).content.decode()
