"""A clock that tests turn by hand, and cases on it; on the alliance of `consult_world`."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import consult_world as world_module
from consult_world import OPINION, World, make_world, take_in

from tongying.consult.case import Urgency
from tongying.consult.desk import Act
from tongying.consult.people import Role
from tongying.consult.states import Move

T0 = datetime(2026, 3, 2, 0, tzinfo=UTC)
"""Monday 08:00 in Shanghai."""


class Clock:
    """The platform's clock: a file that says what time it is."""

    def __init__(self, path: Path, monkeypatch) -> None:
        self._path = path
        self.set(0)
        monkeypatch.setattr("tongying.web.now._FILE", str(path))

    def set(self, minutes: float) -> datetime:
        now = at(minutes)
        self._path.write_text(repr(now.timestamp()))
        return now


def at(minutes: float) -> datetime:
    return T0 + timedelta(minutes=minutes)


def staffed() -> World:
    """Return the alliance with administrators and a second coordinator as well."""
    from django.test import override_settings

    from tongying.web.people.store import NewMember, add_member, viewer_of_login

    world = make_world()
    more = {
        "desk-two": (Role.COORDINATOR, "CHILDREN"),
        "office": (Role.ADMIN, "CHILDREN"),
        "county-office": (Role.ADMIN, "COUNTY"),
    }
    with override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"]):
        for login, (role, hospital) in more.items():
            add_member(
                NewMember(login, role, hospital, "a-long-pass-phrase", login), actor="system"
            )
            world.viewers[login] = viewer_of_login(login)
    return world


def rostered(login: str, begins: float, ends: float) -> None:
    from tongying.web.alliance.models import ShiftRow
    from tongying.web.people.models import Member

    ShiftRow.objects.create(
        member=Member.objects.get(login=login), begins=at(begins), ends=at(ends), duty="desk"
    )


def submitted(world: World, study: int, urgency: Urgency = Urgency.URGENT) -> int:
    """Send a question about a new study now, with everything that must be there."""
    from dataclasses import replace

    from tongying.web.cases import store

    case = store.begin(world.author, take_in(study, child=f"H-{study}")[0])
    question = replace(world_module.QUESTION, urgency=urgency)
    store.act(world.author, case, Act(Move.EDIT, question=question))
    store.act(world.author, case, Act(Move.SUBMIT))
    return case


def move(world: World, login: str, case: int, kind: Move, **more) -> None:
    from tongying.web.cases import store

    if kind in (Move.SIGN, Move.AMEND):
        more["opinion"] = OPINION
    if kind is Move.ASSIGN:
        more.setdefault("reason", "as the desk sees it")
    store.act(world.viewers[login], case, Act(kind, **more))


def alerts(case: int) -> list[tuple[str, int, int]]:
    """Return step, round and percentage of what has fired, in order."""
    from tongying.web.desk.models import AlertRow

    rows = AlertRow.objects.filter(case=case, kind="rung").order_by("fell_due_at", "pk")
    return list(rows.values_list("step", "round", "percent"))


def told(case: int, step: str, percent: int, round_: int = 0) -> set[str]:
    from tongying.web.desk.models import AlertRow

    alert = AlertRow.objects.get(case=case, step=step, percent=percent, round=round_, kind="rung")
    return set(alert.told.values_list("login", flat=True))
