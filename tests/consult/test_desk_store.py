"""The desk on rows: whom the plan proposes, what nobody overrides, offers, claims, dispatch."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import date, timedelta

import pytest
from consult_world import OPINION, QUESTION, case_at, make_world, row, take_in

from tongying.consult.agreement import AgreementMissing
from tongying.consult.desk import Act, CaseNotFound, MoveOutOfPlace, OverrideReasonMissing
from tongying.consult.specialty import Specialty
from tongying.consult.states import Move
from tongying.kernel.errors import Conflict
from tongying.kernel.ids import UserId

RACES = 200


@pytest.fixture
def world(db, data_dir):
    return make_world()


@pytest.fixture
def study(world):
    return take_in(1)


def set_member(viewer, **values):
    from tongying.web.people.models import Member

    Member.objects.filter(pk=viewer.user).update(**values)


def assign(world, case, viewer, **more):
    from tongying.web.cases import store

    return store.act(world.desk, case, Act(Move.ASSIGN, assignee=UserId(viewer.user), **more))


def shift(viewer, begins, hours, duty="desk"):
    from tongying.web.alliance.models import ShiftRow

    ShiftRow.objects.create(
        member_id=viewer.user, begins=begins, ends=begins + timedelta(hours=hours), duty=duty
    )


def asked(world, study_uid, question=QUESTION):
    from tongying.web.cases import store

    case = store.begin(world.author, study_uid)
    store.act(world.author, case, Act(Move.EDIT, question=question))
    store.act(world.author, case, Act(Move.SUBMIT))
    return case


def proposed(world, case):
    from tongying.web.desk.plan import proposal_for
    from tongying.web.now import now

    return proposal_for(world.desk, case, now())


def test_the_expert_of_the_field_is_proposed_and_the_reason_says_so(world, study):
    set_member(world.expert, specialties="bone")
    set_member(world.second, specialties="neuro")
    case = asked(world, study[0], replace(QUESTION, specialty=Specialty.NEURO))
    proposal = proposed(world, case)
    assert proposal.placement.expert == world.second.user
    assert "specialty:neuro" in proposal.placement.why
    first, last = proposal.candidates
    assert first.proposed and first.member.id == world.second.user and first.obstacles == ()
    assert [one.value for one in last.obstacles] == ["specialty"] and not last.barred


def test_another_than_proposed_needs_a_reason_and_both_are_kept(world, study):
    set_member(world.expert, specialties="bone")
    set_member(world.second, specialties="neuro")
    case = asked(world, study[0], replace(QUESTION, specialty=Specialty.NEURO))
    with pytest.raises(OverrideReasonMissing):
        assign(world, case, world.expert)
    assert row(case).state == "submitted"
    assign(world, case, world.expert, reason="同时会看神经骨病")
    decision = row(case).decisions.get()
    assert (decision.expert_id, decision.proposed_id) == (world.expert.user, world.second.user)
    assert decision.override_reason == "同时会看神经骨病"
    assert decision.obstacles == ["specialty"]
    assert decision.by_id == world.desk.user


def test_an_expired_licence_bars_whatever_the_reason(world, study):
    from tongying.web.desk.plan import ExpertBarred

    set_member(world.expert, licence_number="1", licence_until=date(2020, 1, 1))
    case = asked(world, study[0])
    assert proposed(world, case).placement.expert == world.second.user
    with pytest.raises(ExpertBarred) as refusal:
        assign(world, case, world.expert, reason="sonst niemand")
    assert "licence" in refusal.value.sentence
    assert row(case).state == "submitted" and not row(case).decisions.exists()


def test_an_expired_agreement_bars_everybody_and_says_why(world, study):
    from tongying.web.alliance.models import AgreementRow

    case = asked(world, study[0])
    AgreementRow.objects.create(
        asking_id="COUNTY",
        answering_id="CHILDREN",
        valid_from=date(2019, 1, 1),
        valid_until=date(2020, 12, 31),
        scope="imaging",
    )
    assert "2020-12-31" in proposed(world, case).refusal
    for act in (
        Act(Move.ASSIGN, assignee=UserId(world.expert.user), reason="x"),
        Act(Move.OFFER, offered=frozenset({world.expert.user})),
    ):
        from tongying.web.cases import store

        with pytest.raises(AgreementMissing):
            store.act(world.desk, case, act)
    assert row(case).state == "submitted"


def test_who_is_off_duty_is_not_proposed(world, study):
    from tongying.web.now import now

    shift(world.expert, now() + timedelta(hours=10), 8)
    shift(world.second, now() - timedelta(hours=1), 8)
    case = asked(world, study[0])
    proposal = proposed(world, case)
    assert proposal.placement.expert == world.second.user
    others = {one.member.id: one.obstacles for one in proposal.candidates}
    assert [one.value for one in others[world.expert.user]] == ["off-duty"]


def test_who_is_on_leave_for_weeks_is_off_duty_and_not_unknown(world, study):
    from tongying.web.now import now

    shift(world.expert, now() - timedelta(days=30), 8)
    case = asked(world, study[0])
    proposal = proposed(world, case)
    assert proposal.placement.expert == world.second.user
    stands = {one.member.id: one.obstacles for one in proposal.candidates}
    assert [one.value for one in stands[world.expert.user]] == ["off-duty"]


def test_an_offered_case_is_seen_until_somebody_takes_it(world, study):
    from tongying.web.cases import store
    from tongying.web.cases.showing import show

    case = asked(world, study[0])
    for expert in (world.expert, world.second):
        with pytest.raises(CaseNotFound):
            show(expert, case)
    both = frozenset({world.expert.user, world.second.user})
    store.act(world.desk, case, Act(Move.OFFER, offered=both))
    assert show(world.second, case).moves == (Move.CLAIM,)
    store.act(world.second, case, Act(Move.CLAIM))
    taken = row(case)
    assert (taken.state, taken.assignee_id) == ("reading", world.second.user)
    assert taken.assigned_at == taken.accepted_at is not None
    assert not taken.offers.exists()
    with pytest.raises(CaseNotFound):
        store.act(world.expert, case, Act(Move.CLAIM))
    assert taken.decisions.get().expert_id == world.second.user


def test_an_offer_goes_to_experts_of_the_answering_hospital_only(world, study):
    from tongying.web.cases import store

    case = asked(world, study[0])
    for wrong in (world.stranger.user, world.desk.user, 999999):
        with pytest.raises(store.AssigneeRefused):
            store.act(world.desk, case, Act(Move.OFFER, offered=frozenset({wrong})))
    assert not row(case).offers.exists()


def test_the_desk_names_the_field_when_it_finds_the_data_complete(world, study):
    from tongying.web.cases import store

    case = asked(world, study[0])
    assert row(case).specialty == ""
    store.act(world.desk, case, Act(Move.COMPLETE, specialty=Specialty.BONE))
    assert row(case).specialty == "bone" and row(case).state == "submitted"


def test_opening_the_viewer_is_the_step_opened_once_and_for_the_expert_only(world, study):
    from tongying.web.desk.opened import note_opened

    case = case_at(world, "reading", study[0])
    note_opened(world.second, [study[0]])
    note_opened(world.expert, ["1.2.3"])
    assert row(case).opened_at is None
    note_opened(world.expert, [study[0]])
    first = row(case).opened_at
    assert first is not None
    note_opened(world.expert, [study[0]])
    assert row(case).opened_at == first
    assert row(case).events.filter(move="open").count() == 1


def test_the_steps_are_timed_and_a_pause_stops_the_clock(world, study):
    from tongying.web.cases import store

    case = case_at(world, "reading", study[0])
    due = row(case).due_at
    store.act(world.expert, case, Act(Move.ASK_DATA, reason="缺侧位"))
    stopped = row(case)
    assert stopped.stopped_at is not None and stopped.pauses.get().reason == "缺侧位"
    store.act(world.author, case, Act(Move.SUPPLY))
    going = row(case)
    pause = going.pauses.get()
    assert going.stopped_at is None
    assert pause.ends is not None
    assert going.due_at == due + (pause.ends - pause.begins)
    store.act(world.expert, case, Act(Move.SIGN, opinion=OPINION))
    assert row(case).signed_at is not None and row(case).wake_at > row(case).signed_at


def test_the_platform_assigns_where_the_hospital_lets_it(world, study):
    from tongying.web.desk.dispatch import dispatch
    from tongying.web.now import now
    from tongying.web.people.models import Hospital

    case = asked(world, study[0])
    assert dispatch(now()) == 0
    Hospital.objects.filter(code="CHILDREN").update(assigns_itself=True)
    assert dispatch(now()) == 1
    taken = row(case)
    assert taken.state == "assigned"
    decision = taken.decisions.get()
    assert decision.by_id is None and decision.proposed_id == decision.expert_id
    assert taken.events.get(move="assign").actor_id is None
    assert dispatch(now()) == 0
    # Not accepted in time: it goes to the other one, with the reason.
    assert dispatch(now() + timedelta(minutes=20)) == 1
    again = row(case)
    assert again.assignee_id != taken.assignee_id
    assert again.events.filter(move="assign").latest("pk").reason == "not accepted in time"


def _race(first, second):
    """Let two acts happen at once; return what each gave or how it was refused."""
    from django.db import connections

    results: list[object] = [None, None]
    gate = threading.Barrier(2)

    def run(place, act):
        try:
            gate.wait()
            results[place] = act()
        except Conflict as refusal:
            results[place] = refusal
        except CaseNotFound as refusal:
            results[place] = refusal
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=pair) for pair in ((0, first), (1, second))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


@pytest.mark.django_db(transaction=True)
def test_of_two_who_claim_at_once_one_wins_200_times(data_dir):
    from tongying.web.cases import store
    from tongying.web.cases.models import CaseRow
    from tongying.web.desk.models import OfferRow
    from tongying.web.now import now
    from tongying.web.trail import store as trail

    world = make_world()
    case = asked(world, take_in(1)[0])
    wins = {world.expert.user: 0, world.second.user: 0}
    for _ in range(RACES):
        CaseRow.objects.filter(pk=case).update(state="submitted", assignee=None)
        for expert in (world.expert, world.second):
            OfferRow.objects.create(case_id=case, member_id=expert.user, at=now())
        results = _race(
            lambda: store.act(world.expert, case, Act(Move.CLAIM)),
            lambda: store.act(world.second, case, Act(Move.CLAIM)),
        )
        won = [one for one in results if not isinstance(one, Exception)]
        lost = [one for one in results if isinstance(one, Exception)]
        assert len(won) == len(lost) == 1
        assert isinstance(lost[0], (CaseNotFound, MoveOutOfPlace))
        assert row(case).assignee_id == won[0].assignee
        wins[won[0].assignee] += 1
    assert sum(wins.values()) == RACES
    assert row(case).events.filter(move="claim").count() == RACES
    assert trail.check_chain() is None


@pytest.mark.django_db(transaction=True)
def test_of_two_desks_that_assign_at_once_one_wins(data_dir):
    from tongying.web.cases import store
    from tongying.web.cases.models import CaseRow

    world = make_world()
    case = asked(world, take_in(1)[0])
    for _ in range(20):
        CaseRow.objects.filter(pk=case).update(state="submitted", assignee=None)
        seen = row(case).revision
        acts = [
            Act(Move.ASSIGN, assignee=UserId(one.user), reason="x")
            for one in (world.expert, world.second)
        ]
        results = _race(
            lambda acts=acts, seen=seen: store.act(world.desk, case, acts[0], revision=seen),
            lambda acts=acts, seen=seen: store.act(world.desk, case, acts[1], revision=seen),
        )
        assert sorted(isinstance(one, store.StaleRevision) for one in results) == [False, True]
