"""The need board: raise, vote, take on, and one thread from the need to what came of it."""

from __future__ import annotations

import ai_read_world as models
import archive_world as world
import evidence_world as evidence
import pytest

from tongying.consult.people import Role
from tongying.web import now as clock
from tongying.web.evidence import needs
from tongying.web.evidence.models import FrozenSet, NeedRow, NeedStep, NeedVote
from tongying.web.trail.models import AuditRow

pytestmark = pytest.mark.django_db
DRAFT = needs.NeedDraft("小儿胸片导管位置提示", "夜班无人复核。", "detection", "气胸")


@pytest.fixture(autouse=True)
def alliance(db: None) -> None:
    world.build()
    world.add("reader", Role.EXPERT, world.EXPERTS)


def raised(login: str = "requester") -> str:
    return needs.raise_need(world.viewer(login), DRAFT)


def go(login: str, code: str, stage: str, link: str = "") -> None:
    needs.move(world.viewer(login), code, needs.Move(stage, "因此。", link))


def frozen() -> str:
    row = FrozenSet.objects.create(
        code="S1" * 13,
        name="导管 40 例",
        kind="lung-nodule",
        hospital_id=world.COUNTY,
        items=[],
        digest="d" * 64,
        made_by_id=world.viewer("expert").user,
        made_at=clock.now(),
    )
    return row.code


def test_the_empty_board_says_what_it_is_for() -> None:
    assert "Nobody has raised a need yet" in evidence.page("trainee", "/needs/")


def test_a_need_is_raised_with_its_first_step_and_its_audit_event() -> None:
    code = raised()
    told = needs.need_of(world.viewer("stranger"), code)
    assert (told.listed.stage, told.listed.hospital) == (needs.Stage.RAISED, "COUNTY 医院")
    assert [one.stage for one in told.steps] == [needs.Stage.RAISED]
    assert AuditRow.objects.filter(kind="need", target=code).count() == 1
    assert DRAFT.title in evidence.page("stranger", "/needs/")
    assert "夜班无人复核。" in evidence.page("stranger", f"/needs/{code}/")


@pytest.mark.parametrize(
    "given",
    [
        needs.NeedDraft(" ", "x", "detection"),
        needs.NeedDraft("x", "", "detection"),
        needs.NeedDraft("x", "x", "surgery"),
        needs.NeedDraft("x" * 201, "x", "detection"),
        needs.NeedDraft("x", "x", "detection", "x" * 101),
    ],
)
def test_what_a_need_must_say(given: needs.NeedDraft) -> None:
    with pytest.raises(needs.NeedRefused):
        needs.raise_need(world.viewer("requester"), given)
    assert not NeedRow.objects.exists()


def test_a_form_that_is_refused_keeps_what_was_written() -> None:
    shown = evidence.page("requester", "/needs/", 422, title="导管", why="", step="detection")
    assert 'value="导管"' in shown
    assert "Something that must be said is empty." in shown


def test_a_vote_counts_once_and_is_taken_back() -> None:
    code = raised()
    assert needs.vote(world.viewer("expert"), code)
    assert needs.vote(world.viewer("stranger"), code)
    assert needs.need_of(world.viewer("expert"), code).listed.votes == 2
    assert not needs.vote(world.viewer("expert"), code)
    assert [row.by.login for row in NeedVote.objects.all()] == ["stranger"]
    other = raised()
    assert [one.code for one in needs.board(world.viewer("expert"))] == [code, other]


def test_one_thread_from_need_to_outcome() -> None:
    code, data_set = raised(), frozen()
    models.model()
    go("reader", code, "accepted")
    assert NeedRow.objects.get().owner.login == "reader"
    for stage, link in (
        ("data", data_set),
        ("pilot", "nodule-finder"),
        ("training", "导管课"),
        ("met", ""),
    ):
        go("reader", code, stage, link)
    told = needs.need_of(world.viewer("requester"), code)
    assert [one.stage.value for one in told.steps] == [
        "raised",
        "accepted",
        "data",
        "pilot",
        "training",
        "met",
    ]
    assert told.steps[2].link_name == "导管 40 例"
    assert needs.need_of(world.viewer("reader"), code).onward == ()
    shown = evidence.page("expert", f"/needs/{code}/")
    assert "/ai/models/nodule-finder/" in shown
    assert f"/ai/sets/{data_set}/" in shown


def test_no_stage_is_skipped_and_none_is_reached_without_the_thing_itself() -> None:
    code = raised()
    with pytest.raises(needs.NeedElsewhere):
        go("expert", code, "pilot", "nodule-finder")
    go("expert", code, "accepted")
    with pytest.raises(needs.NeedRefused):
        go("expert", code, "data", "no-such-set")
    go("expert", code, "data", frozen())
    with pytest.raises(needs.NeedRefused):
        go("expert", code, "pilot", "no-such-model")
    assert NeedRow.objects.get().stage == "data"
    assert NeedStep.objects.count() == 3


def test_whose_a_need_is_to_move() -> None:
    code = raised()
    for login in ("requester", "trainee", "technologist"):
        with pytest.raises(needs.NeedNotYours):
            go(login, code, "accepted")
    go("reader", code, "accepted")
    with pytest.raises(needs.NeedNotYours):
        go("expert", code, "declined")  # another hospital has it
    assert "reader has taken it on." in evidence.page("expert", f"/needs/{code}/")


def test_a_declined_need_may_be_raised_again_and_is_nobodys_then() -> None:
    code = raised()
    go("expert", code, "accepted")
    go("expert", code, "declined")
    assert "Declined" in evidence.page("expert", "/needs/")
    go("expert", code, "raised")
    assert NeedRow.objects.get().owner is None


def test_moves_by_form() -> None:
    code = raised()
    address = f"/needs/{code}/move/"
    assert "Something that must be said" in evidence.page("expert", address, 422, stage="accepted")
    shown = evidence.page("expert", address, 409, stage="met", words="x")
    assert "does not go there" in shown
    evidence.page("expert", address, 302, stage="accepted", words="本院承接。")
    evidence.page("expert", f"/needs/{code}/vote/", 302, back="need")
    evidence.page("requester", address, 403, stage="data", words="x")
    evidence.page("expert", "/needs/none/move/", 404, stage="data", words="x")


def test_a_vendor_raises_sees_and_votes_for_nothing() -> None:
    code, vendor = raised(), world.viewer("vendor")
    assert needs.board(vendor) == ()
    with pytest.raises(needs.NeedNotFound):
        needs.need_of(vendor, code)
    with pytest.raises(needs.NeedNotYours):
        needs.vote(vendor, code)
    with pytest.raises(needs.NeedNotYours):
        needs.raise_need(vendor, DRAFT)
    evidence.page("vendor", "/needs/", 404)
    evidence.page("vendor", f"/needs/{code}/vote/", 404, back="need")
