"""A case being read with a panel of three, on the hospitals of `consult_world`."""

from __future__ import annotations

from datetime import timedelta

from consult_world import World, case_at, make_world, take_in

from tongying.consult.panel_moves import PanelAct
from tongying.consult.panel_rules import PanelMove
from tongying.consult.people import Role
from tongying.consult.specialty import Specialty

SURGERY, ULTRASOUND, PATHOLOGY = Specialty.SURGERY, Specialty.ULTRASOUND, Specialty.PATHOLOGY


def panel_world() -> tuple[World, int]:
    """Make the world, its specialists and a case that the expert reads."""
    from django.utils import timezone

    from tongying.web.people.models import Member
    from tongying.web.people.store import viewer_of_login

    world = make_world()
    today = timezone.localdate()
    people = {
        "surgeon": ("CHILDREN", "surgery", Role.EXPERT, {}),
        "sonographer": ("OTHER", "ultrasound abdomen", Role.EXPERT, {"licence_until": today}),
        "expired": (
            "OTHER",
            "pathology",
            Role.EXPERT,
            {"licence_until": today - timedelta(days=1)},
        ),
        "gone": ("OTHER", "pathology", Role.EXPERT, {}),
        "own": ("COUNTY", "pathology", Role.EXPERT, {}),
    }
    for login, (hospital, fields, role, more) in people.items():
        Member.objects.create(
            login=login,
            name=f"{login} 医师",
            title="主任医师",
            role=role.value,
            hospital_id=hospital,
            specialties=fields,
            password="!",
            **more,
        )
        world.viewers[login] = viewer_of_login(login)
    Member.objects.filter(login="gone").update(is_active=False)
    study, _, _ = take_in(1)
    return world, case_at(world, "reading", study)


def do(viewer, case: int, move: str, *, revision: int | None = None, **brings):
    """Make a move on a case's panel."""
    from tongying.web.panels import store

    return store.act(viewer, case, PanelAct(PanelMove(move), **brings), revision=revision)


def invited(world: World, case: int) -> None:
    """Give surgery and ultrasound their seats."""
    do(world.desk, case, "invite", specialty=SURGERY, member=world.surgeon.user)
    do(world.expert, case, "invite", specialty=ULTRASOUND, member=world.sonographer.user)


def concluded(world: World, case: int, text: str = "右半结肠息肉，转外科。") -> None:
    """Go on until the conclusion is proposed."""
    invited(world, case)
    do(world.surgeon, case, "sign-own", text="息肉，建议手术。")
    do(world.sonographer, case, "sign-own", text="重复畸形不能除外。")
    do(world.expert, case, "propose-conclusion", text=text)


def answered(world: World, case: int) -> None:
    """Go on until everybody has answered, one of them against it."""
    concluded(world, case)
    do(world.surgeon, case, "agree", version=1)
    do(world.sonographer, case, "dissent", version=1, text="仍考虑重复畸形。")
