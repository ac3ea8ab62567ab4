"""Pathways in the store: added, chosen, answered, frozen with the opinion, written as a report."""

from __future__ import annotations

import archive_world as world
import case_world
import pathway_world as knees
import pytest

from tongying.consult.desk import Act, CaseNotFound
from tongying.consult.states import Move
from tongying.pathway.catalogue import pathways
from tongying.pathway.definition import Language
from tongying.pathway.faults import PathwayRefused
from tongying.web.cases import store as cases
from tongying.web.measurements import store as measurements
from tongying.web.measurements.store import Asked, Entry
from tongying.web.pathways import following, library
from tongying.web.pathways.answering import (
    AnsweringNotYours,
    AnswerTooLong,
    NoPathway,
    Part,
    StaleAnswer,
    kept,
    write,
)
from tongying.web.pathways.freezing import AnswerNotWhole
from tongying.web.pathways.inserting import NothingAnswered, insert_answers
from tongying.web.pathways.models import CasePathway, PathwayText, StructuredAnswer
from tongying.web.pathways.reporting import SERIES_NUMBER, write_answer_report
from tongying.web.pathways.standing import standing_of
from tongying.web.records.models import Instance
from tongying.web.trail.models import AuditRow

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def alliance(db: None) -> None:
    case_world.build()


# ---- adding


def test_a_hospital_adds_a_pathway_and_a_new_version_takes_its_place() -> None:
    knees.add()
    digest = knees.add(version=2)
    mine = [one for one in library.on_offer_for(world.viewer("reader")) if one.number is not None]
    assert [(one.pathway.id, one.pathway.version) for one in mine] == [("knee-pain", 2)]
    assert mine[0].pathway.digest == digest
    county = library.on_offer_for(world.viewer("requester"))
    assert {one.pathway.id for one in county} == set(pathways())
    event = AuditRow.objects.filter(kind="pathway").first()
    assert event is not None and event.actor == "reader"


def test_a_broken_text_is_refused_with_its_lines_and_nothing_is_kept() -> None:
    broken = knees.text().replace("specialty: bone", "specialty: knees").replace("zh: 无", "")
    with pytest.raises(PathwayRefused) as refusal:
        library.add(world.viewer("reader"), broken)
    lines = {fault.line for fault in refusal.value.faults}
    assert 4 in lines and len(lines) > 1
    assert not PathwayText.objects.exists()


@pytest.mark.parametrize("login", ["requester", "technologist", "desk"])
def test_others_add_and_withdraw_none(login: str) -> None:
    with pytest.raises(library.AddingNotYours):
        knees.add(login)
    with pytest.raises(library.AddingNotYours):
        library.withdraw(world.viewer(login), 1, "no")


def test_ids_that_ship_and_versions_that_exist_are_taken() -> None:
    with pytest.raises(library.NameTaken):
        knees.add(id_=next(iter(pathways())))
    knees.add(version=3)
    with pytest.raises(library.VersionTaken):
        knees.add(version=3)
    with pytest.raises(library.TextTooLong):
        library.add(world.viewer("reader"), "#" * (library.MOST_BYTES + 1))


def test_withdrawn_with_a_reason_once_and_by_its_hospital_only() -> None:
    digest = knees.add()
    number = PathwayText.objects.get().pk
    with pytest.raises(library.WithdrawReasonMissing):
        library.withdraw(world.viewer("reader"), number, "  ")
    library.withdraw(world.viewer("reader"), number, "superseded by the consensus")
    with pytest.raises(library.WithdrawnAlready):
        library.withdraw(world.viewer("reader"), number, "again")
    with pytest.raises(library.PathwayNotFound):
        library.withdraw(world.viewer("reader"), number + 1, "none")
    with pytest.raises(library.PathwayNotFound):
        library.pathway_by_digest(digest, library.on_offer_for(world.viewer("reader")))
    (gone,) = library.withdrawn_of(world.viewer("second-reader"))
    assert (gone.pathway, gone.reason) == ("knee-pain", "superseded by the consensus")


# ---- following


def test_the_asking_and_the_answering_side_choose_and_others_do_not() -> None:
    digest = knees.add()
    case = case_world.draft(case_world.QUESTION)
    assert following.choose(world.viewer("requester"), case, digest).id == "knee-pain"
    cases.act(world.viewer("requester"), case, Act(Move.SUBMIT))
    with pytest.raises(following.ChoosingNotYours):
        following.choose(world.viewer("requester"), case, digest)
    following.leave(world.viewer("desk"), case)
    assert following.followed(world.viewer("desk"), case) is None
    with pytest.raises(CaseNotFound):
        following.choose(world.viewer("second-reader"), case, digest)
    with pytest.raises(library.PathwayNotFound):
        following.choose(world.viewer("desk"), case, "0" * 64)


def test_a_pathway_chosen_again_comes_back_with_its_answers() -> None:
    case = knees.reading()
    knees.answer(case, {"effusion.R": "none"})
    viewer = world.viewer("reader")
    first = following.followed(viewer, case)
    assert first is not None
    following.leave(viewer, case)
    assert kept(viewer, case, Part.REPORT).answers == {}
    following.choose(viewer, case, first.pathway.digest)
    assert kept(viewer, case, Part.REPORT).answers == {"effusion.R": "none"}
    assert CasePathway.objects.count() == 1


def test_a_case_keeps_to_the_text_it_chose() -> None:
    case = knees.reading()
    knees.add(version=2)
    library.withdraw(world.viewer("reader"), PathwayText.objects.get(version=2).pk, "wrong")
    found = following.followed(world.viewer("reader"), case)
    assert found is not None and found.pathway.version == 1


# ---- answering


def test_answers_are_kept_as_typed_and_faulty_ones_are_told() -> None:
    case = knees.reading()
    typed = {**knees.WHOLE, "depth.L": "deep", "unknown": "x", "effusion.R": "nothing"}
    assert knees.answer(case, typed) == 1
    found = kept(world.viewer("reader"), case, Part.REPORT)
    assert found.answers == {
        "effusion.R": "nothing",
        "effusion.L": "some",
        "depth.L": "deep",
        "signs": ["oedema"],
    }
    standing = standing_of(world.viewer("reader"), case)
    assert standing is not None
    assert {one.key for one in standing.told.answers.faults} == {"effusion.R", "depth.L"}


def test_an_older_page_does_not_overwrite() -> None:
    case = knees.reading()
    viewer = world.viewer("reader")
    knees.answer(case, {"effusion.R": "none"})
    with pytest.raises(StaleAnswer):
        write(viewer, case, Part.REPORT, {"effusion.R": "some"}, revision=0)
    same = write(viewer, case, Part.REPORT, {"effusion.R": "none"}, revision=1)
    assert same.revision == 1
    with pytest.raises(AnswerTooLong):
        write(viewer, case, Part.REPORT, {"in-words": "x" * 4001}, revision=1)


def test_each_side_writes_its_own_part_and_a_report_in_writing_is_its_authors() -> None:
    case = knees.reading()
    knees.answer(case, knees.WHOLE)
    requester, expert = world.viewer("requester"), world.viewer("reader")
    assert kept(requester, case, Part.REPORT).answers == {}
    with pytest.raises(AnsweringNotYours):
        write(requester, case, Part.REPORT, knees.WHOLE, revision=1)
    with pytest.raises(AnsweringNotYours):
        write(requester, case, Part.INTAKE, {"fall": "yes"}, revision=0)
    cases.act(expert, case, Act(Move.ASK_DATA, reason="有无外伤？"))
    write(requester, case, Part.INTAKE, {"fall": "yes"}, revision=0)
    cases.act(requester, case, Act(Move.SUPPLY))
    assert kept(expert, case, Part.INTAKE).answers == {"fall": "yes"}
    standing = standing_of(expert, case)
    assert standing is not None and standing.missing == ()


def test_without_a_pathway_there_is_nothing_to_answer() -> None:
    case = case_world.reading()
    assert standing_of(world.viewer("reader"), case) is None
    with pytest.raises(NoPathway):
        knees.answer(case, knees.WHOLE)
    with pytest.raises(NoPathway):
        insert_answers(world.viewer("reader"), case, Language.CHINESE)


def test_a_measured_field_takes_the_newest_value_that_stands() -> None:
    case = knees.reading()
    viewer = world.viewer("reader")
    for value in (75.0, 80.0):
        entry = Entry(Asked(case=case, study=world.STUDY), "spleen-length", value, "mm")
        newest = measurements.enter(viewer, entry)
    standing = standing_of(viewer, case)
    assert standing is not None
    assert standing.told.measured == {"spleen": newest}
    assert standing.told.answers.values["spleen"] == pytest.approx(8.0)
    measurements.strike(viewer, newest, "wrong image")
    standing = standing_of(viewer, case)
    assert standing is not None
    assert standing.told.answers.values["spleen"] == pytest.approx(7.5)


def test_the_answers_speak_for_a_critical_finding_and_a_next_look() -> None:
    case = knees.reading()
    knees.answer(case, knees.WHOLE)
    standing = standing_of(world.viewer("reader"), case)
    assert standing is not None
    assert [one.id for one in standing.spoken_for] == ["septic"]
    (look,) = standing.looks
    assert look.on is not None and look.on.isoformat() == "2026-03-15"


# ---- into the opinion


def test_sentences_are_added_to_what_the_expert_wrote_once() -> None:
    case = knees.reading()
    viewer = world.viewer("reader")
    with pytest.raises(NothingAnswered):
        insert_answers(viewer, case, Language.CHINESE)
    cases.act(viewer, case, Act(Move.WRITE, opinion=cases.show(viewer, case).draft))
    knees.answer(case, knees.WHOLE)
    added = insert_answers(viewer, case, Language.CHINESE)
    assert "关节积液" in added and "4.5" in added
    assert insert_answers(viewer, case, Language.CHINESE) == ""
    assert cases.show(viewer, case).draft.findings == added
    english = insert_answers(viewer, case, Language.ENGLISH)
    assert "Effusion" in english


# ---- signing


def test_a_report_that_was_begun_must_be_whole_to_sign() -> None:
    case = knees.reading()
    knees.answer(case, {"effusion.R": "none"})
    with pytest.raises(AnswerNotWhole):
        knees.sign(case)
    knees.answer(case, {})
    knees.sign(case)
    assert StructuredAnswer.objects.get().answers == {}


def test_signing_freezes_the_answers_with_what_was_measured() -> None:
    case = knees.reading()
    viewer = world.viewer("reader")
    entry = Entry(Asked(case=case, study=world.STUDY), "spleen-length", 75.0, "mm")
    code = measurements.enter(viewer, entry)
    knees.answer(case, knees.WHOLE)
    knees.sign(case)
    measurements.strike(viewer, code, "measured on the wrong child")
    for login in ("reader", "requester"):
        standing = standing_of(world.viewer(login), case)
        assert standing is not None
        assert standing.told.report.version == 1
        assert standing.told.answers.values["spleen"] == pytest.approx(7.5)
        assert standing.told.answers.values["depth.L"] == pytest.approx(4.5)
    with pytest.raises(AnsweringNotYours):
        knees.answer(case, knees.WHOLE, login="requester")


def test_an_amendment_begins_with_the_signed_answers_and_keeps_them() -> None:
    case = knees.reading()
    knees.answer(case, knees.WHOLE)
    knees.sign(case)
    viewer = world.viewer("reader")
    before = kept(viewer, case, Part.REPORT)
    assert before.version == 1
    write(viewer, case, Part.REPORT, {**before.answers, "depth.L": "6"}, revision=before.revision)
    assert kept(world.viewer("requester"), case, Part.REPORT).answers["depth.L"] == "4.5"
    knees.sign(case, Move.AMEND, reason="积液深度更正")
    assert [
        (one.opinion.version, one.answers["depth.L"])
        for one in StructuredAnswer.objects.order_by("pk")
        if one.opinion is not None
    ] == [(1, "4.5"), (2, "6")]


def test_a_signed_answer_goes_out_as_a_report_once() -> None:
    case = knees.reading()
    knees.answer(case, knees.WHOLE)
    knees.sign(case)
    row = StructuredAnswer.objects.get()
    write_answer_report(row.pk)
    write_answer_report(row.pk)
    row.refresh_from_db()
    report = Instance.objects.select_related("series__study").get(uid=row.sr_uid)
    assert report.series.study.uid == world.STUDY
    assert (report.series.modality, report.series.number) == ("SR", SERIES_NUMBER)
