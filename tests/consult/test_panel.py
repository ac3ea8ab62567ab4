"""The joint panel: its table by hand, its rules, and that no order of moves breaks its promises."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import pytest
from case_values import ASSIGNEE, AT, case_in, viewer

from tongying.consult import panel_moves
from tongying.consult.desk import CaseNotFound, ReasonMissing
from tongying.consult.panel import (
    Lack,
    Missing,
    Panel,
    Seat,
    cancelled,
    is_open,
    may_read_opinions,
    missing_to_close,
    missing_to_conclude,
)
from tongying.consult.panel_moves import (
    ConclusionChanged,
    HasRead,
    InvitationIncomplete,
    PanelAct,
    PanelMoveNotYours,
    PanelNotReady,
    PanelOutOfPlace,
    PanelWordsMissing,
    SeatTaken,
    SeatUnknown,
    VerdictGiven,
    apply_panel,
    check_panel_move,
    may_panel_move,
)
from tongying.consult.panel_rules import (
    CASE_STATES,
    OPEN_PANEL,
    PANEL_RULES,
    PanelMove,
    PanelState,
    SeatState,
    Verdict,
)
from tongying.consult.people import Relation, Role
from tongying.consult.specialty import Specialty
from tongying.consult.states import State
from tongying.kernel.ids import UserId

# One line a move: who may make it, from which states of the panel it leads where, and in which
# state the seat it is on must be.
STAYS = {"gathering": "gathering", "concluding": "concluding"}
BY_HAND: dict[str, tuple[set[str], dict[str, str], set[str]]] = {
    "invite": ({"assignee", "desk"}, {"gathering": "gathering"}, set()),
    "drop-seat": ({"assignee", "desk"}, {"gathering": "gathering"}, {"invited"}),
    "write": ({"panellist"}, STAYS, {"invited"}),
    "sign-own": ({"panellist"}, STAYS, {"invited"}),
    "excuse": ({"assignee", "desk", "panellist"}, STAYS, {"invited"}),
    "propose-conclusion": (
        {"assignee"},
        {"gathering": "concluding", "concluding": "concluding"},
        set(),
    ),
    "agree": ({"panellist"}, {"concluding": "concluding"}, {"signed"}),
    "dissent": ({"panellist"}, {"concluding": "concluding"}, {"signed"}),
    "excuse-verdict": ({"assignee"}, {"concluding": "concluding"}, {"signed"}),
    "reopen": ({"assignee"}, {"concluding": "gathering", "cancelled": "gathering"}, set()),
    "close": ({"assignee"}, {"concluding": "closed"}, set()),
    "cancel": (
        {"assignee", "desk"},
        {"gathering": "cancelled", "concluding": "cancelled"},
        set(),
    ),
}
NEEDS_REASON = {"excuse", "excuse-verdict", "reopen", "cancel"}
SITS_ON = {"assigned", "reading", "waiting"}

CHAIR = viewer(ASSIGNEE, "CHILDREN", Role.EXPERT)
DESK = viewer(4, "CHILDREN", Role.COORDINATOR)
SURGEON = viewer(11, "CHILDREN", Role.EXPERT)
SONOGRAPHER = viewer(12, "OTHER", Role.EXPERT)
PATHOLOGIST = viewer(13, "OTHER", Role.EXPERT)
ASKER = viewer(1, "COUNTY", Role.REQUESTER)
STRANGER = viewer(66, "OTHER", Role.EXPERT)
SURGERY, ULTRASOUND, PATHOLOGY = Specialty.SURGERY, Specialty.ULTRASOUND, Specialty.PATHOLOGY
CASE = case_in(State.READING)


def on(panel: Panel, state: State = State.READING):
    """Return the case as it stands while the panel's people are on it."""
    members = frozenset(one.member for one in panel.seats if one.member is not None)
    return case_in(state, panellists=members)


def do(panel: Panel, who, move: str, **brings) -> Panel:
    act = PanelAct(PanelMove(move), **brings)
    return apply_panel(who, on(panel), panel, act, AT)


def seat(state: str = "invited", **changes) -> Seat:
    made = Seat(SURGERY, SURGEON.user, state=SeatState(state))
    if state == "signed":
        made = replace(made, opinion="息肉。", signed_at=AT)
    return replace(made, **changes)


def panel(state: str = "gathering", *seats: Seat, **changes) -> Panel:
    return replace(Panel(PanelState(state), seats or (seat("signed"),)), **changes)


WHOLE = list(product(PanelState, PanelMove, Relation, SeatState))


@pytest.fixture
def standing(monkeypatch):
    def stand(relation: Relation):
        monkeypatch.setattr(panel_moves, "relations", lambda viewer, case: frozenset({relation}))
        return SURGEON

    return stand


@pytest.mark.parametrize(("state", "move", "relation", "at_seat"), WHOLE)
def test_the_whole_table(standing, state, move, relation, at_seat):
    """Every state of panel and seat, every move, every relation; the seat is the viewer's own."""
    who = standing(relation)
    by, leads, seats = BY_HAND[move.value]
    given = panel(state.value, seat(at_seat.value))
    allowed = (
        relation.value in by and state.value in leads and (not seats or at_seat.value in seats)
    )
    assert may_panel_move(who, CASE, given, move, SURGERY) is allowed
    if allowed:
        check_panel_move(who, CASE, given, move, SURGERY)
        return
    expected = PanelMoveNotYours if relation.value not in by else PanelOutOfPlace
    with pytest.raises(expected):
        check_panel_move(who, CASE, given, move, SURGERY)


@pytest.mark.parametrize(("move", "relation"), list(product(PanelMove, Relation)))
def test_a_panellist_acts_on_their_own_seat_only(standing, move, relation):
    who = standing(relation)
    others = seat("signed" if "signed" in BY_HAND[move.value][2] else "invited", member=99)
    given = panel("concluding" if move.value != "invite" else "gathering", others)
    if relation is Relation.PANELLIST:
        assert not may_panel_move(who, CASE, given, move, SURGERY)
        assert not may_panel_move(who, CASE, given, move)
    elif relation.value in BY_HAND[move.value][0] and "concluding" in BY_HAND[move.value][1]:
        assert may_panel_move(who, CASE, given, move, SURGERY)


@pytest.mark.parametrize(("state", "move"), list(product(State, PanelMove)))
def test_the_panel_sits_only_while_the_case_is_being_answered(standing, state, move):
    by, leads, seats = BY_HAND[move.value]
    who = standing(Relation(sorted(by)[0]))
    given = panel(sorted(leads)[0], seat(next(iter(seats), "invited")))
    assert may_panel_move(who, case_in(state), given, move, SURGERY) is (state.value in SITS_ON)


def test_the_tables_agree():
    assert set(BY_HAND) == {one.value for one in PanelMove}
    for move, rule in PANEL_RULES.items():
        by, leads, seats = BY_HAND[move.value]
        assert {one.value for one in rule.by} == by
        assert {one.value for one in rule.sources} == set(leads)
        assert {one.value for one in rule.seat} == seats
        assert rule.needs_reason is (move.value in NEEDS_REASON)
        targets = {leads[one.value] for one in rule.sources}
        assert targets == ({rule.target.value} if rule.target else set(leads))
    assert {one.value for one in CASE_STATES} == SITS_ON
    assert {one.value for one in OPEN_PANEL} == {"gathering", "concluding"}


def test_the_usual_way():
    p = do(Panel(), DESK, "invite", specialty=SURGERY, member=SURGEON.user)
    p = do(p, CHAIR, "invite", specialty=ULTRASOUND, member=SONOGRAPHER.user)
    assert missing_to_conclude(p) == (
        Missing(Lack.OPINION, SURGERY),
        Missing(Lack.OPINION, ULTRASOUND),
        Missing(Lack.ANY_OPINION),
    )
    p = do(p, SURGEON, "write", text="draft ")
    assert p.seat_for(SURGERY).opinion == "draft "
    p = do(p, SURGEON, "sign-own", text=" 息肉。\n")
    assert p.seat_for(SURGERY).opinion == "息肉。"
    with pytest.raises(PanelNotReady) as refused:
        do(p, CHAIR, "propose-conclusion", text="息肉。")
    assert refused.value.missing == (Missing(Lack.OPINION, ULTRASOUND),)
    assert refused.value.error_code == "panel.not-ready"
    p = do(p, SONOGRAPHER, "sign-own", text="重复畸形。")
    p = do(p, CHAIR, "propose-conclusion", text="息肉，转外科。")
    assert (p.state, p.version) == (PanelState.CONCLUDING, 1)
    with pytest.raises(PanelNotReady) as refused:
        do(p, CHAIR, "close")
    assert refused.value.missing == (
        Missing(Lack.VERDICT, SURGERY),
        Missing(Lack.VERDICT, ULTRASOUND),
    )
    p = do(p, SURGEON, "agree", version=1)
    p = do(p, SONOGRAPHER, "dissent", version=1, text="仍考虑重复畸形。")
    assert missing_to_close(p) == ()
    p = do(p, CHAIR, "close")
    assert p.state is PanelState.CLOSED
    assert not is_open(p)
    assert p.seat_for(ULTRASOUND).dissents[0].words == "仍考虑重复畸形。"


def test_a_changed_conclusion_asks_again_and_the_dissent_is_kept():
    p = panel("concluding", seat("signed"), conclusion="甲", version=1)
    p = do(p, SURGEON, "dissent", version=1, text="不同意甲。")
    p = do(p, CHAIR, "propose-conclusion", text="乙")
    assert missing_to_close(p) == (Missing(Lack.VERDICT, SURGERY),)
    with pytest.raises(ConclusionChanged):
        do(p, SURGEON, "agree", version=1)
    p = do(p, SURGEON, "agree", version=2)
    assert p.seats[0].verdict is Verdict.AGREES
    assert [(one.version, one.words) for one in p.seats[0].dissents] == [(1, "不同意甲。")]
    assert do(p, CHAIR, "propose-conclusion", text="乙") == p
    assert do(p, CHAIR, "reopen", reason="新片").state is PanelState.GATHERING
    again = do(do(p, CHAIR, "reopen", reason="新片"), CHAIR, "propose-conclusion", text="乙")
    assert again.version == 3
    assert missing_to_close(again) == (Missing(Lack.VERDICT, SURGERY),)


def test_a_seat_that_does_not_answer_can_be_excused_but_not_one_that_has():
    p = panel("concluding", seat("signed"), conclusion="甲", version=1)
    with pytest.raises(ReasonMissing):
        do(p, CHAIR, "excuse-verdict", specialty=SURGERY)
    excused = do(p, CHAIR, "excuse-verdict", specialty=SURGERY, reason="急诊手术")
    assert missing_to_close(excused) == ()
    assert excused.seats[0].excuse == "急诊手术"
    answered = do(excused, SURGEON, "agree", version=1)
    assert answered.seats[0].excuse == ""
    with pytest.raises(VerdictGiven):
        do(answered, CHAIR, "excuse-verdict", specialty=SURGERY, reason="x")
    changed = do(excused, CHAIR, "propose-conclusion", text="乙")
    assert missing_to_close(changed) == (Missing(Lack.VERDICT, SURGERY),)


def test_a_required_seat_cannot_be_got_rid_of_without_a_reason():
    p = panel("gathering", seat())
    dropped = do(p, CHAIR, "drop-seat", specialty=SURGERY)
    assert dropped.seats == (Seat(SURGERY, None, required=True),)
    assert Missing(Lack.OPINION, SURGERY) in missing_to_conclude(dropped)
    refilled = do(
        dropped, DESK, "invite", specialty=SURGERY, member=PATHOLOGIST.user, required=False
    )
    assert refilled.seats == (Seat(SURGERY, PATHOLOGIST.user, required=True),)
    optional = panel("gathering", seat(required=False))
    assert do(optional, CHAIR, "drop-seat", specialty=SURGERY).seats == ()
    with pytest.raises(ReasonMissing):
        do(p, CHAIR, "excuse", specialty=SURGERY, reason=" ")
    excused = do(p, CHAIR, "excuse", specialty=SURGERY, reason="非本科")
    assert missing_to_conclude(excused) == (Missing(Lack.ANY_OPINION),)


def test_what_an_invitation_refuses():
    p = panel("gathering", seat())
    for brings in ({"member": 99}, {"specialty": PATHOLOGY}):
        with pytest.raises(InvitationIncomplete):
            do(p, CHAIR, "invite", **brings)
    with pytest.raises(SeatTaken):
        do(p, CHAIR, "invite", specialty=SURGERY, member=99)
    with pytest.raises(SeatTaken):
        do(p, CHAIR, "invite", specialty=PATHOLOGY, member=SURGEON.user)
    with pytest.raises(SeatUnknown):
        do(p, CHAIR, "drop-seat", specialty=PATHOLOGY)
    with pytest.raises(CaseNotFound):
        do(p, STRANGER, "write", text="x")


def test_words_are_needed():
    with pytest.raises(PanelWordsMissing):
        do(panel("gathering", seat()), SURGEON, "sign-own", text=" ")
    with pytest.raises(PanelWordsMissing):
        do(panel(), CHAIR, "propose-conclusion", text=" ")
    with pytest.raises(PanelWordsMissing):
        do(panel("concluding", version=1), SURGEON, "dissent", version=1, text=" ")


def test_who_reads_what_before_and_after_signing():
    p = panel("gathering", seat("signed"), Seat(ULTRASOUND, SONOGRAPHER.user))
    people = {
        "chair": CHAIR, "desk": DESK, "surgeon": SURGEON, "sonographer": SONOGRAPHER,
        "asker": ASKER, "stranger": STRANGER,
    }  # fmt: skip

    def readers(p: Panel, state: State) -> set[str]:
        return {name for name, who in people.items() if may_read_opinions(who, on(p, state), p)}

    assert readers(p, State.READING) == {"chair", "surgeon"}
    assert readers(p, State.SUBMITTED) == {"chair", "surgeon"}
    assert readers(p, State.SIGNED) == set(people) - {"stranger"}
    assert readers(p, State.ACKNOWLEDGED) == set(people) - {"stranger"}
    seated = replace(p, seats=(*p.seats, Seat(PATHOLOGY, CHAIR.user)))
    assert readers(seated, State.READING) == {"surgeon"}
    seated = do(seated, CHAIR, "sign-own", text="同意外科。")
    assert readers(seated, State.READING) == {"chair", "surgeon"}


def test_whoever_led_takes_no_seat_after_the_first_signature():
    p = panel("gathering", seat("signed"), led_by=frozenset({UserId(77)}))
    for member in (CHAIR.user, UserId(77)):
        with pytest.raises(HasRead):
            do(p, DESK, "invite", specialty=PATHOLOGY, member=member)
    assert do(panel("gathering", seat()), DESK, "invite", specialty=PATHOLOGY, member=CHAIR.user)


def test_a_cancelled_panel_keeps_all_that_was_signed():
    signed, excused = seat("signed"), Seat(PATHOLOGY, UserId(13), state=SeatState.EXCUSED)
    open_, optional = Seat(ULTRASOUND, UserId(12)), Seat(Specialty.BONE, UserId(14), required=False)
    ended = cancelled(panel("concluding", signed, excused, open_, optional, version=2))
    assert ended.state is PanelState.CANCELLED
    assert ended.seats == (signed, excused, Seat(ULTRASOUND, None))
    assert do(panel("concluding", signed), DESK, "cancel", reason="不需要").seats == (signed,)
