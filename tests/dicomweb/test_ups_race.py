"""Two who claim one case at once, on the page and by the worklist: one wins, always."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
import ups_world
from ups_world import World, item_of

from tongying.consult.desk import Act
from tongying.consult.states import Move
from tongying.kernel.errors import Conflict, NotFound
from tongying.kernel.ids import UserId, new_uid
from tongying.web.cases import store as cases
from tongying.web.cases.models import CaseRow
from tongying.web.desk.models import DecisionRow, OfferRow
from tongying.web.trail import store as trail
from tongying.web.trail.models import AuditRow
from tongying.web.workitems import states
from tongying.web.workitems.models import WorkItem

ROUNDS = 200
Call = Callable[[], Any]


@pytest.fixture
def world(transactional_db: None) -> World:
    return ups_world.build()


def at_once(first: Call, second: Call) -> list[object]:
    """Run two calls in threads that start together; returns what each gave or was refused with."""
    from django.db import connections

    gate = threading.Barrier(2)
    outcomes: list[object] = [None, None]

    def run(place: int, call: Call) -> None:
        try:
            gate.wait()
            outcomes[place] = call()
        except (Conflict, NotFound) as error:
            outcomes[place] = error
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=one) for one in enumerate((first, second))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return outcomes


def by_page(world: World, login: str, case: int, move: Move) -> Call:
    viewer = world.viewer(login)
    return lambda: cases.act(viewer, case, Act(move))


def by_ups(world: World, login: str, uid: str, transaction: str) -> Call:
    viewer = world.viewer(login)
    return lambda: states.change_state(viewer, uid, "IN PROGRESS", transaction)


def offer_again(world: World, case: int) -> str:
    """Bring the case back to where it is offered to two, with a fresh workitem; return its UID."""
    uid = new_uid()
    OfferRow.objects.filter(case_id=case).delete()
    for login in ("expert", "second"):
        row = CaseRow.objects.get(pk=case)
        OfferRow.objects.create(case=row, member_id=world.members[login], at=row.created_at)
    CaseRow.objects.filter(pk=case).update(state="submitted", assignee=None)
    WorkItem.objects.filter(case_id=case).update(
        uid=uid, state="SCHEDULED", performer=None, transaction_uid="", started_at=None
    )
    return uid


WAYS = [("page", "ups"), ("ups", "ups"), ("page", "page")]


@pytest.mark.parametrize("ways", WAYS, ids="-".join)
def test_of_two_experts_who_claim_at_once_one_wins(world: World, ways: tuple[str, str]) -> None:
    case = world.offered("expert", "second")
    won = {"expert": 0, "second": 0}
    for _ in range(ROUNDS):
        uid = offer_again(world, case)
        audited, decided = AuditRow.objects.count(), DecisionRow.objects.count()
        transactions = {"expert": new_uid(), "second": new_uid()}
        calls = {
            login: by_page(world, login, case, Move.CLAIM)
            if way == "page"
            else by_ups(world, login, uid, transactions[login])
            for login, way in zip(("expert", "second"), ways, strict=True)
        }
        outcomes = dict(zip(calls, at_once(*calls.values()), strict=True))
        winners = [login for login, one in outcomes.items() if not isinstance(one, Exception)]
        assert len(winners) == 1, outcomes
        (winner,) = winners
        way = dict(zip(calls, ways, strict=True))[winner]
        row, item = CaseRow.objects.get(pk=case), item_of(case)
        assert (row.state, row.assignee_id) == ("reading", world.members[winner])
        assert (item.uid, item.state) == (uid, "IN PROGRESS")
        assert item.performer_id == world.members[winner]
        assert item.transaction_uid == (transactions[winner] if way == "ups" else "")
        assert DecisionRow.objects.count() == decided + 1
        assert AuditRow.objects.count() == audited + (2 if way == "ups" else 1)
        won[winner] += 1
    assert sum(won.values()) == ROUNDS
    assert trail.check_chain() is None


def test_of_an_assignees_two_hands_one_wins(world: World) -> None:
    """The same person, on the page and with a machine: the second is told that it is done."""
    case = world.case_at("assigned")
    for _ in range(ROUNDS // 4):
        uid, mine = new_uid(), new_uid()
        CaseRow.objects.filter(pk=case).update(state="assigned")
        WorkItem.objects.filter(case_id=case).update(
            uid=uid, state="SCHEDULED", performer=None, transaction_uid=""
        )
        outcomes = at_once(
            by_page(world, "expert", case, Move.ACCEPT), by_ups(world, "expert", uid, mine)
        )
        lost = [isinstance(one, Conflict) for one in outcomes]
        assert sorted(lost) == [False, True], outcomes
        assert item_of(case).transaction_uid == ("" if lost[1] else mine)


def test_a_claim_and_a_reassignment_at_once_leave_a_whole_state(world: World) -> None:
    case = world.case_at("assigned")
    desk, second = world.viewer("desk"), UserId(world.members["second"])
    for _ in range(20):
        CaseRow.objects.filter(pk=case).update(
            state="assigned", assignee_id=world.members["expert"]
        )
        WorkItem.objects.filter(case_id=case).delete()
        row = CaseRow.objects.get(pk=case)
        uid = new_uid()
        WorkItem.objects.create(
            uid=uid,
            case=row,
            hospital_id="CHILD",
            state="SCHEDULED",
            created_at=row.created_at,
            changed_at=row.created_at,
        )
        act = Act(Move.ASSIGN, assignee=second, reason="请假")
        at_once(
            lambda act=act: cases.act(desk, case, act),
            by_ups(world, "expert", uid, new_uid()),
        )
        row, item = CaseRow.objects.get(pk=case), item_of(case)
        assert (row.state, row.assignee_id) == ("assigned", second)
        assert (item.state, item.performer_id, item.transaction_uid) == ("SCHEDULED", None, "")
        claimed = WorkItem.objects.filter(case_id=case, current=False)
        assert all(one.state == "CANCELED" for one in claimed)


def test_of_two_machines_one_claims_what_stands_by_itself(world: World) -> None:
    body = ups_world.scheduled()
    for number in range(ROUNDS // 4):
        uid = f"2.25.{number + 1}"
        assert world.ask("machine", "POST", f"workitems?{uid}", body).status_code == 201
        transactions = [new_uid(), new_uid()]
        outcomes = at_once(
            by_ups(world, "machine", uid, transactions[0]),
            by_ups(world, "expert", uid, transactions[1]),
        )
        lost = [isinstance(one, Conflict) for one in outcomes]
        assert sorted(lost) == [False, True], outcomes
        item = WorkItem.objects.get(uid=uid)
        assert item.transaction_uid == transactions[lost.index(False)]


def test_of_two_who_create_one_uid_one_wins(world: World) -> None:
    from tongying.web.workitems import store

    machine, desk = world.viewer("machine"), world.viewer("desk")
    for number in range(20):
        uid = f"2.25.{number + 1}"
        outcomes = at_once(
            lambda uid=uid: store.create(machine, uid, ups_world.scheduled()),
            lambda uid=uid: store.create(desk, uid, ups_world.scheduled()),
        )
        assert sorted(isinstance(one, Conflict) for one in outcomes) == [False, True], outcomes
        assert WorkItem.objects.filter(uid=uid).count() == 1
