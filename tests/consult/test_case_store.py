"""The case store: moves on rows, revisions, key images, priors, signed versions."""

from __future__ import annotations

from dataclasses import replace

import pytest
from consult_world import OPINION, QUESTION, assign_to, case_at, make_world, pick, row, take_in

from tongying.consult.desk import Act, CaseNotFound, MoveNotYours, MoveOutOfPlace, Opinion
from tongying.consult.states import Move, State
from tongying.kernel.ids import UserId

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(db, data_dir):
    return make_world()


@pytest.fixture
def study(world):
    return take_in(1)


def events(case):
    from tongying.web.trail.models import AuditRow

    return list(
        AuditRow.objects.filter(kind="case", target__endswith=f"{case:06d}")
        .order_by("id")
        .values_list("actor", "detail__move", "detail__state")
    )


def test_begin_makes_a_draft_with_the_childs_other_studies_as_priors(world, study):
    from tongying.web.cases import store

    prior, _, _ = take_in(2)
    take_in(3, child="H-2")
    take_in(4, hospital="OTHER")
    case = store.begin(world.author, study[0])
    shown = {(one.study.uid, one.prior) for one in row(case).studies.select_related("study")}
    assert shown == {(study[0], False), (prior, True)}
    assert (row(case).state, row(case).answering_id, row(case).weight_kg) == (
        "draft",
        "CHILDREN",
        None,
    )
    assert events(case) == [("author", "begin", "draft")]


def test_begin_again_takes_the_same_draft_up(world, study):
    from tongying.web.cases import store

    first = store.begin(world.author, study[0])
    assert store.begin(world.author, study[0]) == first
    assert store.begin(world.colleague, study[0]) != first
    store.act(world.author, first, Act(Move.EDIT, question=QUESTION))
    store.act(world.author, first, Act(Move.SUBMIT))
    assert store.begin(world.author, study[0]) != first


def test_who_may_begin(world, study):
    from tongying.web.cases import store
    from tongying.web.people.models import Hospital

    with pytest.raises(store.ObjectNotFound):
        store.begin(world.stranger, study[0])
    with pytest.raises(store.ObjectNotFound):
        store.begin(world.author, "1.2.3")
    own, _, _ = take_in(9, hospital="CHILDREN")
    with pytest.raises(store.NotAsking):
        store.begin(world.expert, own)
    Hospital.objects.filter(code="CHILDREN").update(answers=False)
    with pytest.raises(store.NobodyAnswers):
        store.begin(world.author, study[0])


def test_a_prior_that_came_before_submission_is_attached(world, study):
    from tongying.web.cases import store

    case = store.begin(world.author, study[0])
    late, _, _ = take_in(2)
    store.act(world.author, case, Act(Move.EDIT, question=QUESTION))
    store.act(world.author, case, Act(Move.SUBMIT))
    assert set(row(case).studies.filter(prior=True).values_list("study__uid", flat=True)) == {late}


def test_the_whole_way_is_told_on_the_timeline_and_in_the_trail(world, study):
    case = case_at(world, "acknowledged", study[0])
    assert events(case) == [
        ("author", "begin", "draft"),
        ("author", "edit", "draft"),
        ("author", "submit", "submitted"),
        ("desk", "assign", "assigned"),
        ("expert", "accept", "reading"),
        ("expert", "sign", "signed"),
        ("author", "acknowledge", "acknowledged"),
    ]
    timeline = list(row(case).events.order_by("pk").values_list("move", "state", "assignee__login"))
    assert timeline == [
        ("submit", "submitted", None),
        ("assign", "assigned", "expert"),
        ("accept", "reading", None),
        ("sign", "signed", None),
        ("acknowledge", "acknowledged", None),
    ]
    opinion = row(case).opinions.get()
    assert (opinion.acknowledged_by_id, opinion.version) == (world.author.user, 1)


def test_due_follows_the_submission(world, study):
    from tongying.consult.case import ANSWER_WITHIN

    case = row(case_at(world, "submitted", study[0]))
    assert case.due_at - case.submitted_at == ANSWER_WITHIN[QUESTION.urgency]


def test_a_stale_page_changes_nothing(world, study):
    from tongying.web.cases import store

    case = store.begin(world.author, study[0])
    seen = row(case).revision
    store.act(world.author, case, Act(Move.EDIT, question=QUESTION), revision=seen)
    with pytest.raises(store.StaleRevision):
        store.act(
            world.author, case, Act(Move.EDIT, question=replace(QUESTION, text="x")), revision=seen
        )
    assert row(case).text == QUESTION.text
    assert row(case).revision == seen + 1
    assert len(events(case)) == 2


def test_what_does_not_exist_for_a_viewer(world, study):
    from tongying.web.cases import store

    draft = case_at(world, "draft", study[0])
    for viewer in (world.colleague, world.desk, world.expert, world.stranger):
        with pytest.raises(CaseNotFound):
            store.act(viewer, draft, Act(Move.SUBMIT))
        with pytest.raises(CaseNotFound):
            store.show(viewer, draft)
    with pytest.raises(CaseNotFound):
        store.act(world.author, 999_999, Act(Move.SUBMIT))
    store.act(world.author, draft, Act(Move.SUBMIT))
    for viewer in (world.expert, world.second, world.stranger):
        with pytest.raises(CaseNotFound):
            store.act(viewer, draft, Act(Move.ACCEPT))
    with pytest.raises(MoveNotYours):
        store.act(world.colleague, draft, assign_to(world.expert))
    with pytest.raises(MoveOutOfPlace):
        store.act(world.author, draft, Act(Move.ACKNOWLEDGE))


@pytest.mark.parametrize("who", ["author", "desk", "stranger"])
def test_only_an_active_expert_of_the_answering_hospital_is_assigned(world, study, who):
    from tongying.web.cases import store

    case = case_at(world, "submitted", study[0])
    with pytest.raises(store.AssigneeRefused):
        store.act(world.desk, case, Act(Move.ASSIGN, assignee=UserId(world.viewers[who].user)))
    assert row(case).state == "submitted"
    assert row(case).assignee_id is None


def test_an_expert_who_left_is_not_assigned(world, study):
    from tongying.web.cases import store
    from tongying.web.people.models import Member

    case = case_at(world, "submitted", study[0])
    Member.objects.filter(pk=world.expert.user).update(is_active=False)
    with pytest.raises(store.AssigneeRefused):
        store.act(world.desk, case, assign_to(world.expert))


def test_key_images_are_pointed_at_by_who_is_writing(world, study):
    from tongying.web.cases import store

    case = case_at(world, "draft", study[0])
    image = store.add_key_image(world.author, case, pick(study, caption="骨皮质"))
    assert store.add_key_image(world.author, case, pick(study)) == image
    store.set_caption(world.author, case, image, " 皮质 ")
    assert row(case).key_images.get().caption == "皮质"
    store.act(world.author, case, Act(Move.SUBMIT))
    with pytest.raises(MoveNotYours):
        store.drop_key_image(world.author, case, image)
    store.act(world.desk, case, assign_to(world.expert))
    with pytest.raises(MoveOutOfPlace):
        store.add_key_image(world.expert, case, pick(study))
    store.act(world.expert, case, Act(Move.ACCEPT))
    store.drop_key_image(world.expert, case, image)
    assert not row(case).key_images.exists()


def test_a_key_image_must_be_in_the_case(world, study):
    from tongying.web.cases import store

    case = case_at(world, "draft", study[0])
    foreign = take_in(5, child="H-5")
    for wrong in (
        pick(foreign),
        pick(study, frame=2),
        pick(study, frame=0),
        pick((study[0], study[1], "1.2.3")),
    ):
        with pytest.raises(store.KeyImageRefused):
            store.add_key_image(world.author, case, wrong)
    with pytest.raises(store.KeyImageRefused):
        store.drop_key_image(world.author, case, 999)
    with pytest.raises(CaseNotFound):
        store.add_key_image(world.stranger, case, pick(study))
    assert not row(case).key_images.exists()


def test_a_key_image_of_another_case_cannot_be_dropped(world, study):
    from tongying.web.cases import store

    one = case_at(world, "draft", study[0])
    other = case_at(world, "draft", take_in(2, child="H-2")[0])
    image = store.add_key_image(world.author, one, pick(study))
    with pytest.raises(store.KeyImageRefused):
        store.drop_key_image(world.author, other, image)
    with pytest.raises(store.KeyImageRefused):
        store.set_caption(world.author, other, image, "x")
    assert row(one).key_images.count() == 1


def test_the_draft_opinion_survives_and_only_the_assignee_writes(world, study):
    from tongying.web.cases import store

    case = case_at(world, "reading", study[0])
    store.act(world.expert, case, Act(Move.WRITE, opinion=Opinion("可能", "骨", "")))
    assert (row(case).draft_answer, row(case).draft_findings) == ("可能", "骨")
    with pytest.raises(MoveNotYours):
        store.act(world.desk, case, Act(Move.WRITE, opinion=OPINION))


@pytest.mark.parametrize(
    ("state", "who"),
    [
        ("draft", "author"),
        ("submitted", "desk"),
        ("assigned", "expert"),
        ("reading", "expert"),
        ("signed", "author"),
    ],
)
def test_a_case_waits_for_whoever_acts_next(world, study, state, who):
    from tongying.web.cases import store

    case = case_at(world, state, study[0])
    waiting = {name for name, viewer in world.viewers.items() if store.next_case(viewer) == case}
    expected = {who}
    if state == "signed":
        expected = {"author", "colleague"}
    assert waiting == expected


def test_an_acknowledged_case_waits_for_nobody(world, study):
    from tongying.web.cases import store

    case_at(world, "acknowledged", study[0])
    assert {store.next_case(viewer) for viewer in world.viewers.values()} == {None}


def test_states_in_the_database_are_the_rules_own(world, study):
    from django.db import IntegrityError, transaction

    from tongying.web.cases.models import CaseRow

    case = case_at(world, "draft", study[0])
    for state in State:
        CaseRow.objects.filter(pk=case).update(state=state.value)
    with pytest.raises(IntegrityError), transaction.atomic():
        CaseRow.objects.filter(pk=case).update(state="read")
