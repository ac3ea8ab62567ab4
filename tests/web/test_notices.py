"""Notices in the app: who is told of what, once, without patient data, and only their own."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

import archive_world as world
import case_world
import pytest
from django.db import transaction
from post_office import MailServer, PushService, mail_server, push_service

from tongying.consult.case import Urgency
from tongying.consult.clock import Step
from tongying.consult.desk import Act
from tongying.consult.people import Role
from tongying.consult.states import Move
from tongying.web.cases import store
from tongying.web.cases.models import CaseRow
from tongying.web.desk import critical
from tongying.web.desk.critical import Report
from tongying.web.desk.models import AlertRow, CriticalRow
from tongying.web.jobs import store as jobs
from tongying.web.jobs.models import OutboxRow
from tongying.web.notices import kinds, moves
from tongying.web.notices import wishes as wishes_store
from tongying.web.notices.counting import Spread, alerts_per_case
from tongying.web.notices.kinds import Kind
from tongying.web.notices.models import NoticeRow
from tongying.web.notices.tell import tell
from tongying.web.people.models import Hospital, Member
from tongying.web.records.models import Child

pytestmark = pytest.mark.django_db
AT = datetime(2026, 3, 1, 4, 0, tzinfo=UTC)
HTMX = {"HX-Request": "true"}


@pytest.fixture(autouse=True)
def alliance(db: None) -> None:
    case_world.build()
    world.add("second-desk", Role.COORDINATOR, world.EXPERTS)
    world.add("colleague", Role.REQUESTER, world.COUNTY)


def told() -> Counter[tuple[str, str]]:
    """Return who was told of what since the last look."""
    rows = NoticeRow.objects.select_related("member")
    found = Counter((row.member.login, row.kind) for row in rows)
    rows.delete()
    return found


def people(*logins: str) -> list[Member]:
    return list(Member.objects.filter(login__in=logins))


def move(login: str, case_id: int, act: Act) -> None:
    store.act(world.viewer(login), case_id, act)


def test_once_per_person_and_key() -> None:
    both = people("reader", "desk")
    assert tell(both, "trial", {}, key="a", at=AT) == 2
    assert tell(both, "trial", {}, key="a", at=AT) == 0
    assert tell([*both, *people("requester")], "trial", {}, key="a", at=AT) == 1
    assert tell(both, "trial", {}, key="b", at=AT) == 2
    assert NoticeRow.objects.count() == 5


def test_nobody_who_left_is_told() -> None:
    Member.objects.filter(login="reader").update(is_active=False)
    assert tell(people("reader", "desk"), "trial", {}, key="a", at=AT) == 1


def test_a_notice_stands_or_falls_with_what_it_tells_of() -> None:
    class Broken(Exception):
        """The act failed."""

    with pytest.raises(Broken), transaction.atomic():
        tell(people("reader"), "trial", {}, key="a", at=AT)
        raise Broken
    assert not NoticeRow.objects.exists()


@pytest.mark.parametrize(
    ("kind", "values"),
    [
        ("no-such-kind", {}),
        ("case-signed", {}),
        ("case-signed", {"number": "TY-2026-000001", "name": "王小明"}),
        ("rung-50", {"number": "TY-2026-000001", "percent": "50", "step": "signed"}),
        (
            "rung-50",
            {"number": "1", "percent": "50", "step": "lunch", "time": AT.isoformat()},
        ),
        ("case-booked", {"number": "TY-2026-000001", "time": "2026-03-01T12:00:00"}),
    ],
)
def test_values_that_no_notice_carries(kind: str, values: dict[str, str]) -> None:
    with pytest.raises(ValueError):
        tell(people("reader"), kind, values, key="a", at=AT)


def test_every_kind_has_its_words_and_fits_the_column() -> None:
    assert set(kinds.TITLES) == set(kinds.SENTENCES) == set(Kind)
    assert set(kinds.STEP_WORDS) == set(Step)
    longest = NoticeRow._meta.get_field("kind").max_length
    full = {
        "number": "TY-2026-000001",
        "percent": "90",
        "step": "signed",
        "time": AT.isoformat(),
        "hospital": "县人民医院",
        "specialty": "chest",
    }
    for kind in Kind:
        assert len(kind.value) <= longest
        needed = kinds.NEEDS.get(kind, frozenset({"number"}))
        values = {name: full[name] for name in needed}
        kinds.check_values(kind.value, values)
        assert "%(" not in kinds.sentence_of(kind.value, values)
        for name in needed - {"step", "time"}:
            assert full[name] in kinds.sentence_of(kind.value, values), kind


# Who hears of which move, by hand; everybody else hears nothing.
DESK = {"desk", "second-desk"}
HEARS = {
    Move.SUBMIT: (DESK, "case-new"),
    Move.RESUBMIT: (DESK, "case-new"),
    Move.ASSIGN: ({"reader"}, "case-assigned"),
    Move.OFFER: ({"reader", "second-reader"}, "case-offered"),
    Move.CLAIM: (DESK, "case-taken"),
    Move.DECLINE: (DESK, "case-declined"),
    Move.RETURN: ({"requester"}, "case-returned"),
    Move.REFUSE: ({"requester"}, "case-refused"),
    Move.WITHDRAW: ({"reader"}, "case-withdrawn"),
    Move.BOOK: ({"requester", "reader"}, "case-booked"),
    Move.ASK_DATA: ({"requester"}, "data-asked"),
    Move.SUPPLY: ({"reader"}, "data-supplied"),
    Move.SIGN: ({"requester"}, "case-signed"),
    Move.AMEND: ({"requester"}, "amended"),
}
SILENT = {
    Move.EDIT,
    Move.DISCARD,
    Move.COMPLETE,
    Move.ACCEPT,
    Move.OPEN,
    Move.WRITE,
    Move.ACKNOWLEDGE,
}


def test_every_move_is_in_the_table() -> None:
    assert set(HEARS) | SILENT == set(Move)
    assert not set(HEARS) & SILENT
    assert {move: kind.value for move, kind in moves.TOLD.items()} == {
        move: kind for move, (_, kind) in HEARS.items()
    }


def _prepare(wanted: Move) -> tuple[int, str, Act]:
    """Bring a case to where the move can be made; return it, who makes it, and the act."""
    reader = world.viewer("reader").user
    second = world.viewer("second-reader").user
    match wanted:
        case Move.SUBMIT:
            return case_world.draft(case_world.QUESTION), "requester", Act(wanted)
        case Move.RESUBMIT:
            case_id = case_world.submitted()
            move("desk", case_id, Act(Move.RETURN, reason="缺图像"))
            return case_id, "requester", Act(wanted)
        case Move.ASSIGN:
            return case_world.submitted(), "desk", Act(wanted, assignee=reader)
        case Move.OFFER:
            offered = frozenset({reader, second})
            return case_world.submitted(), "desk", Act(wanted, offered=offered)
        case Move.CLAIM:
            case_id = case_world.submitted()
            move("desk", case_id, Act(Move.OFFER, offered=frozenset({reader, second})))
            return case_id, "reader", Act(wanted)
        case Move.DECLINE:
            return case_world.assigned(), "reader", Act(wanted, reason="不在班")
        case Move.RETURN | Move.REFUSE:
            return case_world.submitted(), "desk", Act(wanted, reason="缺图像")
        case Move.WITHDRAW:
            return case_world.assigned(), "requester", Act(wanted, reason="已转院")
        case Move.BOOK:
            later = datetime(2099, 3, 1, 8, 0, tzinfo=UTC)
            return case_world.assigned(), "desk", Act(wanted, booked_for=later)
        case Move.ASK_DATA:
            return case_world.reading(), "reader", Act(wanted, reason="缺侧位")
        case Move.SUPPLY:
            case_id = case_world.reading()
            move("reader", case_id, Act(Move.ASK_DATA, reason="缺侧位"))
            return case_id, "requester", Act(wanted)
        case Move.SIGN:
            return case_world.reading(), "reader", Act(wanted, opinion=case_world.OPINION)
        case Move.AMEND:
            act = Act(wanted, opinion=case_world.OPINION, reason="笔误")
            return case_world.signed(), "reader", act
        case _:
            raise AssertionError(wanted)


@pytest.mark.parametrize("wanted", HEARS)
def test_who_hears_of_a_move(wanted: Move) -> None:
    case_id, login, act = _prepare(wanted)
    told()
    move(login, case_id, act)
    who, kind = HEARS[wanted]
    assert told() == Counter((one, kind) for one in who)


def test_silent_moves_tell_nobody() -> None:
    case_id = case_world.signed()
    told()
    move("requester", case_id, Act(Move.ACKNOWLEDGE))
    assert not told()


def test_a_withdrawn_case_that_nobody_reads_is_told_to_the_desk() -> None:
    case_id = case_world.submitted()
    told()
    move("requester", case_id, Act(Move.WITHDRAW, reason="已转院"))
    assert told() == Counter((one, "case-withdrawn") for one in DESK)


def test_the_authors_colleagues_hear_where_the_author_left() -> None:
    case_id = case_world.reading()
    told()
    Member.objects.filter(login="requester").update(is_active=False)
    move("reader", case_id, Act(Move.SIGN, opinion=case_world.OPINION))
    assert told() == Counter([("colleague", "case-signed")])


def test_a_desk_that_assigns_itself_is_not_told_of_new_cases() -> None:
    Hospital.objects.filter(code=world.EXPERTS).update(assigns_itself=True)
    case_world.submitted()
    assert ("desk", "case-new") not in told()


def test_an_offer_that_somebody_else_took_no_longer_calls() -> None:
    case_id = case_world.submitted()
    offered = frozenset({world.viewer("reader").user, world.viewer("second-reader").user})
    move("desk", case_id, Act(Move.OFFER, offered=offered))
    move("reader", case_id, Act(Move.CLAIM))
    assert not NoticeRow.objects.filter(kind="case-offered", read_at=None).exists()


# What is still unread along the usual way, by hand: only what somebody still has to do or know.
UNREAD = (
    ("requester", Act(Move.SUBMIT), {("desk", "case-new"), ("second-desk", "case-new")}),
    ("desk", Act(Move.RETURN, reason="缺图像"), {("requester", "case-returned")}),
    ("requester", Act(Move.RESUBMIT), {("desk", "case-new"), ("second-desk", "case-new")}),
    ("desk", Act(Move.ASSIGN), {("reader", "case-assigned")}),
    ("reader", Act(Move.ACCEPT), set()),
    ("reader", Act(Move.ASK_DATA, reason="缺侧位"), {("requester", "data-asked")}),
    ("requester", Act(Move.SUPPLY), {("reader", "data-supplied")}),
    ("reader", Act(Move.SIGN, opinion=case_world.OPINION), {("requester", "case-signed")}),
    (
        "reader",
        Act(Move.AMEND, opinion=case_world.OPINION, reason="笔误"),
        {("requester", "amended")},
    ),
    ("requester", Act(Move.ACKNOWLEDGE), set()),
)


def test_what_has_been_done_calls_nobody_any_more() -> None:
    case_id = case_world.draft(case_world.QUESTION)
    for login, act, expected in UNREAD:
        reader = world.viewer("reader").user if act.move is Move.ASSIGN else None
        move(login, case_id, replace(act, assignee=reader))
        unread = NoticeRow.objects.filter(read_at=None).values_list("member__login", "kind")
        assert set(unread) == expected, act.move


@pytest.mark.parametrize("urgency", [Urgency.EMERGENCY, Urgency.URGENT])
def test_only_emergencies_press(urgency: Urgency) -> None:
    case_id = case_world.draft(case_world.QUESTION)
    CaseRow.objects.filter(pk=case_id).update(urgency=urgency.value)
    move("requester", case_id, Act(Move.SUBMIT))
    pressing = set(NoticeRow.objects.values_list("pressing", flat=True))
    assert pressing == {urgency is Urgency.EMERGENCY}


@pytest.fixture
def post(settings) -> Iterator[MailServer]:
    with mail_server() as server:
        settings.TONGYING_SMTP_HOST = "127.0.0.1"
        settings.TONGYING_SMTP_PORT = server.port
        settings.TONGYING_SMTP_TLS = "none"
        yield server


@pytest.fixture
def push(settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[PushService]:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    settings.TONGYING_PUSH_ANYWHERE = True
    with push_service() as service:
        yield service


PLANTED = "欧阳奇葩"
"""A child's name that stands nowhere else."""


def test_no_patient_data_leaves_by_any_way(post: MailServer, push: PushService) -> None:
    Member.objects.update(email="somebody@hospital.example")
    wishes_store.subscribe(world.viewer("requester"), **push.keys)
    Child.objects.update(
        name_alphabetic="Ouyang^QiPa", name_ideographic=PLANTED, local_id="ZYH-PLANTED-1"
    )
    words = f"{PLANTED} ZYH-PLANTED-1 OUYANG"
    question = case_world.QUESTION
    case_id = case_world.draft(
        replace(question, text=words, history=words, provisional_diagnosis=words)
    )
    opinion = replace(case_world.OPINION, answer=words, findings=words, advice=words)
    reader = world.viewer("reader").user
    for login, act in (
        ("requester", Act(Move.SUBMIT)),
        ("desk", Act(Move.RETURN, reason=words)),
        ("requester", Act(Move.RESUBMIT)),
        ("desk", Act(Move.OFFER, offered=frozenset({reader}))),
        ("reader", Act(Move.CLAIM)),
        ("reader", Act(Move.ASK_DATA, reason=words)),
        ("requester", Act(Move.SUPPLY)),
        ("reader", Act(Move.SIGN, opinion=opinion)),
        ("reader", Act(Move.AMEND, opinion=opinion, reason=words)),
    ):
        move(login, case_id, act)
    found = Report(words, "minutes", world.viewer("requester").user)
    number = critical.report(world.viewer("reader"), case_id, found)
    for row in CriticalRow.objects.all():
        critical.sweep_criticals(row.due_at)
    critical.acknowledge(world.viewer("requester"), case_id, number, read_back=words)
    NoticeRow.objects.update(read_at=None)
    for job in jobs.waiting():
        if job.kind == "notice":
            jobs.run(job.id)
    rows = list(NoticeRow.objects.values())
    mails = [f"{mail} {mail.get_content()}" for mail in post.mails]
    pushes = push.read()
    assert len(mails) == len(rows) >= 10
    assert len(pushes) == NoticeRow.objects.filter(member__login="requester").count() >= 4
    promises = list(OutboxRow.objects.filter(kind="notice").values_list("payload", flat=True))
    for one in (*rows, *mails, *pushes, *promises):
        text = str(one).lower()
        for planted in (PLANTED, "欧阳", "planted", "ouyang"):
            assert planted.lower() not in text, one


def test_alerts_are_counted_per_case() -> None:
    empty = alerts_per_case(CaseRow.objects.all())
    assert (empty.cases, empty.alerts, empty.notices, empty.pressing) == (0, None, None, None)
    first = CaseRow.objects.get(pk=case_world.submitted())
    NoticeRow.objects.all().delete()
    child, author = first.child, first.author
    # Twenty cases: one with 3 alerts and 5 notices, one with 1 and 2, eighteen with none.
    others = [
        CaseRow.objects.create(
            state="submitted",
            asking=first.asking,
            answering=first.answering,
            author=author,
            child=child,
            created_at=first.created_at,
            changed_at=first.created_at,
            submitted_at=first.submitted_at,
        )
        for _ in range(19)
    ]
    for case, alerts, notices in ((first, 3, 5), (others[0], 1, 2)):
        for number in range(alerts):
            AlertRow.objects.create(
                case=case,
                kind="rung",
                step="signed",
                round=number,
                percent=50,
                due_at=AT,
                fell_due_at=AT,
                fired_at=AT,
                owner="desk",
            )
        for number in range(notices):
            tell(
                people("desk"),
                "case-assigned",
                {},
                key=f"{case.pk}-{number}",
                case=case,
                pressing=number == 0,
                at=AT,
            )
    counted = alerts_per_case(CaseRow.objects.all())
    assert counted.cases == 20
    # By hand: 4 alerts and 7 notices over 20 cases; the 19th of 20 in order is the second most.
    assert counted.alerts == Spread(mean=0.2, p95=1, most=3)
    assert counted.notices == Spread(mean=0.35, p95=2, most=5)
    assert counted.pressing == Spread(mean=0.1, p95=1, most=1)
    one = alerts_per_case(CaseRow.objects.filter(pk=first.pk))
    assert one.alerts == Spread(mean=3, p95=3, most=3)
