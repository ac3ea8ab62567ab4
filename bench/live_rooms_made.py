"""The rooms that `bench.live_rooms` fills: cases with a room each, and people with a session."""

from __future__ import annotations

import json
import secrets
import sys
from datetime import UTC, datetime
from pathlib import Path


def main(data: Path, rooms: int, people: int) -> None:
    """Make them and print who is where, as JSON."""
    from tongying.web.boot import boot, migrate

    boot(data)
    migrate()
    from tongying.consult.people import Role
    from tongying.web.people.models import Hospital
    from tongying.web.people.store import viewer_of_login
    from tongying.web.rooms import store

    asking = Hospital.objects.create(code="COUNTY", name="County", ae_title="COUNTY")
    answering = Hospital.objects.create(code="EXPERTS", name="E", ae_title="EXPERTS", answers=True)
    told = []
    for number in range(rooms):
        county = _member(f"asks-{number}", asking, Role.REQUESTER)
        expert = _member(f"reads-{number}", answering, Role.EXPERT)
        # Beyond the two who are in from the start: people of the county's department, and the desk.
        others = [_member(f"beside-{number}-{one}", asking, Role.REQUESTER) for one in range(1, 9)]
        desk = _member(f"desk-{number}", answering, Role.COORDINATOR)
        others = [*others[: max(0, people - 3)], desk]
        viewer = viewer_of_login(county.login)
        code = store.open_room(viewer, _case(number, asking, answering, county, expert))
        for one in others:
            store.invite(viewer, code, one.pk)
        told += [
            {
                "code": code,
                "cookie": _session(one),
                "csrf": secrets.token_hex(16),
                "name": one.login,
            }
            for one in (county, expert, *others)
        ]
    print(json.dumps(told))


def _member(login: str, hospital: object, role: object) -> object:
    from tongying.web.people.models import Member

    return Member.objects.create(
        login=login, name=login, hospital=hospital, role=role.value, password="!"
    )


def _case(number: int, asking: object, answering: object, author: object, expert: object) -> int:
    from tongying.consult.states import State
    from tongying.web.cases.models import CaseRow
    from tongying.web.records.models import Child

    now = datetime.now(UTC)
    child = Child.objects.create(
        hospital=asking, local_id=f"P-{number}", name_alphabetic=f"Child^{number}"
    )
    return CaseRow.objects.create(
        state=State.READING.value,
        asking=asking,
        answering=answering,
        author=author,
        assignee=expert,
        child=child,
        text="?",
        urgency="routine",
        created_at=now,
        changed_at=now,
        submitted_at=now,
    ).pk


def _session(member: object) -> str:
    from django.conf import settings
    from django.test import Client

    browser = Client()
    browser.force_login(member, backend="django.contrib.auth.backends.ModelBackend")
    return str(browser.cookies[settings.SESSION_COOKIE_NAME].value)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
