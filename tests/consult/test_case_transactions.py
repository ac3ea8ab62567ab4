"""A write and its audit event stand or fall together; of two who act at once, one wins."""

from __future__ import annotations

import threading
from dataclasses import replace
from functools import partial

import pytest
from consult_world import OPINION, QUESTION, case_at, make_world, take_in

from tongying.consult.desk import Act
from tongying.consult.states import Move
from tongying.kernel.errors import Conflict
from tongying.kernel.ids import UserId

ROUNDS = 50


class Planted(Exception):
    """A failure that the test planted."""


def whole_database():
    """Return every row of every table of ours, as it is committed."""
    from django.apps import apps

    return {
        model.__name__: list(model.objects.order_by("pk").values_list())
        for label in ("cases", "trail", "jobs")
        for model in apps.get_app_config(label).get_models()
    }


ACTS = {
    "edit": ("draft", "author", Act(Move.EDIT, question=replace(QUESTION, text="另一个问题"))),
    "submit": ("draft", "author", Act(Move.SUBMIT)),
    "return": ("submitted", "desk", Act(Move.RETURN, reason="缺病史")),
    "accept": ("assigned", "expert", Act(Move.ACCEPT)),
    "write": ("reading", "expert", Act(Move.WRITE, opinion=OPINION)),
    "sign": ("reading", "expert", Act(Move.SIGN, opinion=OPINION)),
    "amend": ("signed", "expert", Act(Move.AMEND, reason="重新阅片", opinion=OPINION)),
    "acknowledge": ("signed", "author", Act(Move.ACKNOWLEDGE)),
}


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("name", ACTS)
@pytest.mark.parametrize("when", ["before", "after"])
def test_a_failure_beside_the_audit_event_leaves_neither(monkeypatch, data_dir, name, when):
    from tongying.web.cases import store
    from tongying.web.trail import store as trail

    world = make_world()
    state, who, act = ACTS[name]
    case = case_at(world, state, take_in(1)[0])
    before = whole_database()
    append = trail.append

    def failing(events):
        if when == "after":
            append(events)
        raise Planted

    with monkeypatch.context() as patch:
        patch.setattr(trail, "append", failing)
        with pytest.raises(Planted):
            store.act(world.viewers[who], case, act)
    assert whole_database() == before
    store.act(world.viewers[who], case, act)
    assert whole_database() != before
    assert trail.check_chain() is None


@pytest.mark.django_db(transaction=True)
def test_a_failure_at_the_first_audit_event_leaves_no_draft(monkeypatch, data_dir):
    from tongying.web.cases import store
    from tongying.web.trail import store as trail

    world = make_world()
    study, _, _ = take_in(1)
    before = whole_database()

    def failing(events):
        raise Planted

    with monkeypatch.context() as patch:
        patch.setattr(trail, "append", failing)
        with pytest.raises(Planted):
            store.begin(world.author, study)
    assert whole_database() == before


@pytest.mark.django_db
def test_an_audit_event_outside_a_transaction_is_refused(transactional_db, data_dir):
    from django.db.transaction import TransactionManagementError
    from django.utils import timezone

    from tongying.kernel.audit import Action, AuditEvent
    from tongying.web.trail import store as trail

    event = AuditEvent(timezone.now(), "x", Action.READ, "study", "1.2", "COUNTY")
    with pytest.raises(TransactionManagementError):
        trail.append([event])


def at_once(*calls):
    """Run calls in threads that start together; returns what each gave or raised."""
    from django.db import connections

    gate = threading.Barrier(len(calls))
    outcomes: list[object] = [None] * len(calls)

    def run(place, call):
        try:
            gate.wait()
            outcomes[place] = call()
        except Conflict as error:
            outcomes[place] = error
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=one) for one in enumerate(calls)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return outcomes


@pytest.mark.django_db(transaction=True)
def test_of_two_who_edit_at_once_exactly_one_wins(data_dir):
    from tongying.web.cases import store
    from tongying.web.cases.models import CaseRow
    from tongying.web.trail import store as trail
    from tongying.web.trail.models import AuditRow

    world = make_world()
    case = case_at(world, "draft", take_in(1)[0])
    for number in range(ROUNDS):
        seen = CaseRow.objects.get(pk=case).revision
        events = AuditRow.objects.count()
        texts = [f"{number} 甲", f"{number} 乙"]
        questions = (replace(QUESTION, text=text) for text in texts)
        outcomes = at_once(
            *(
                partial(store.act, world.author, case, Act(Move.EDIT, question=one), revision=seen)
                for one in questions
            )
        )
        lost = [isinstance(one, store.StaleRevision) for one in outcomes]
        assert sorted(lost) == [False, True], outcomes
        row = CaseRow.objects.get(pk=case)
        assert row.text == texts[lost.index(False)]
        assert row.revision == seen + 1
        assert AuditRow.objects.count() == events + 1
    assert trail.check_chain() is None


@pytest.mark.django_db(transaction=True)
def test_of_two_who_sign_at_once_exactly_one_version_exists(data_dir):
    """Without a revision, too: the state itself lets only the first through."""
    from tongying.web.cases import store
    from tongying.web.cases.models import OpinionRow
    from tongying.web.jobs.models import OutboxRow

    world = make_world()
    for number in range(10):
        case = case_at(world, "reading", take_in(number, child=f"H-{number}")[0])
        sign = partial(store.act, world.expert, case, Act(Move.SIGN, opinion=OPINION))
        outcomes = at_once(sign, sign)
        assert sorted(isinstance(one, Conflict) for one in outcomes) == [False, True], outcomes
        assert OpinionRow.objects.filter(case_id=case).count() == 1
        assert OutboxRow.objects.count() == number + 1


@pytest.mark.django_db(transaction=True)
def test_a_withdrawal_and_an_assignment_at_once_leave_one_of_both(data_dir):
    from tongying.web.cases import store
    from tongying.web.cases.models import CaseRow

    world = make_world()
    for number in range(10):
        case = case_at(world, "submitted", take_in(number, child=f"H-{number}")[0])
        seen = CaseRow.objects.get(pk=case).revision
        expert = UserId(world.expert.user)
        # With a reason, for the more cases one expert has, the sooner another is proposed.
        assign = Act(Move.ASSIGN, assignee=expert, reason="专长对口")
        withdraw = Act(Move.WITHDRAW, reason="转院")
        outcomes = at_once(
            partial(store.act, world.desk, case, assign, revision=seen),
            partial(store.act, world.author, case, withdraw, revision=seen),
        )
        assert sum(isinstance(one, Conflict) for one in outcomes) == 1, outcomes
        won = "withdrawn" if isinstance(outcomes[0], Conflict) else "assigned"
        assert CaseRow.objects.get(pk=case).state == won


@pytest.mark.django_db(transaction=True)
def test_two_drafts_begun_at_once_are_one(data_dir):
    from tongying.web.cases import store
    from tongying.web.cases.models import CaseRow

    world = make_world()
    study, _, _ = take_in(1)
    outcomes = at_once(*(lambda: store.begin(world.author, study),) * 4)
    assert len(set(outcomes)) == 1
    assert CaseRow.objects.count() == 1
