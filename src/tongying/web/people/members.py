"""What an administrator changes: the members and DICOM nodes of their own hospital."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from django.db import transaction
from django.utils import timezone
from django_otp.plugins.otp_totp.models import TOTPDevice

from tongying.consult.people import Role, Viewer
from tongying.kernel.audit import Action, AuditEvent
from tongying.kernel.errors import BadInput, NotAllowed
from tongying.web.people import store
from tongying.web.people.accounts import random_words, remove_devices
from tongying.web.people.models import DicomPeer, Hospital, Member
from tongying.web.people.store import MemberUnknown, NewMember, Peer
from tongying.web.trail import store as trail

_HOST_NAME = re.compile(r"(?=.{1,253}\Z)[A-Za-z0-9-]{1,63}(\.[A-Za-z0-9-]{1,63})*")


class NotAdministrator(NotAllowed):
    """Members and nodes of a hospital are its administrator's."""

    code: ClassVar[str] = "members.not-yours"


class MemberKept(BadInput):
    """An administrator cannot shut themselves out."""

    code: ClassVar[str] = "members.yourself"


class PeerRefused(BadInput):
    """A DICOM node cannot be registered as given."""

    code: ClassVar[str] = "members.peer"


@dataclass(frozen=True, slots=True)
class MemberShown:
    """A member in the administrator's list."""

    login: str
    name: str
    title: str
    role: Role
    sub_specialty: str
    active: bool
    second_factor: bool
    last_login: datetime | None


@dataclass(frozen=True, slots=True)
class HospitalShown:
    """A hospital as its administrator sees it."""

    code: str
    name: str
    ae_title: str
    answers: bool
    members: tuple[MemberShown, ...]
    peers: tuple[Peer, ...]


def may_manage(viewer: Viewer) -> bool:
    """Say whether the viewer looks after the members of their hospital."""
    return viewer.role is Role.ADMIN


def check_manage(viewer: Viewer) -> None:
    """Raise unless the viewer looks after the members of their hospital.

    Raises
    ------
    NotAdministrator
        If they do not.
    """
    if not may_manage(viewer):
        raise NotAdministrator("Only an administrator of the hospital looks after its members.")


def hospital_of(viewer: Viewer) -> HospitalShown:
    """Return the viewer's hospital with its members and DICOM nodes.

    Raises
    ------
    NotAdministrator
        If the viewer is no administrator.
    """
    check_manage(viewer)
    hospital = Hospital.objects.get(code=viewer.hospital)
    rows = list(Member.objects.filter(hospital=hospital).order_by("-is_active", "role", "login"))
    confirmed = set(
        TOTPDevice.objects.filter(user__in=rows, confirmed=True).values_list("user_id", flat=True)
    )
    return HospitalShown(
        code=hospital.code,
        name=hospital.name,
        ae_title=hospital.ae_title,
        answers=hospital.answers,
        members=tuple(
            MemberShown(
                login=row.login,
                name=row.name,
                title=row.title,
                role=Role(row.role),
                sub_specialty=row.sub_specialty,
                active=row.is_active,
                second_factor=row.pk in confirmed,
                last_login=row.last_login,
            )
            for row in rows
        ),
        peers=tuple(store.peers_of(hospital.code)),
    )


def add_member(viewer: Viewer, new: NewMember) -> None:
    """Add a member to the viewer's hospital.

    Raises
    ------
    NotAdministrator
        If the viewer is no administrator.
    MemberRefused
        If the log-in name is malformed or taken, or the password too weak.
    """
    check_manage(viewer)
    store.add_member(
        NewMember(
            login=new.login,
            role=new.role,
            hospital=viewer.hospital,
            password=new.password,
            name=new.name,
            sub_specialty=new.sub_specialty,
            title=new.title,
        ),
        actor=viewer.login,
    )


def set_active(viewer: Viewer, login: str, *, active: bool) -> None:
    """Shut an account of the viewer's hospital, or open it again.

    Raises
    ------
    NotAdministrator
        If the viewer is no administrator.
    MemberKept
        If it is the viewer's own.
    MemberUnknown
        If there is no such member in their hospital.
    """
    check_manage(viewer)
    if login == viewer.login:
        raise MemberKept("You cannot shut your own account; ask another administrator.")
    with transaction.atomic():
        member = _colleague(viewer, login)
        member.is_active = active
        member.save(update_fields=["is_active"])
        what = "opened" if active else "shut"
        _note(viewer, Action.UPDATE, "member", login, {"what": what})


def reset_access(viewer: Viewer, login: str) -> str:
    """Give a member a new password and remove their second factor; return the password once.

    Raises
    ------
    NotAdministrator
        If the viewer is no administrator.
    MemberKept
        If it is the viewer's own account.
    MemberUnknown
        If there is no such member in their hospital.
    """
    check_manage(viewer)
    if login == viewer.login:
        raise MemberKept("Change your own password on your account page.")
    password = random_words(3)
    with transaction.atomic():
        member = _colleague(viewer, login)
        member.set_password(password)
        member.save(update_fields=["password"])
        remove_devices(member)
        _note(viewer, Action.UPDATE, "member", login, {"what": "access-reset"})
    return password


def add_peer(viewer: Viewer, peer: Peer) -> None:
    """Register (or move) a DICOM node of the viewer's hospital.

    Raises
    ------
    NotAdministrator
        If the viewer is no administrator.
    PeerRefused
        If the AE title, host or port is malformed.
    """
    check_manage(viewer)
    if not store.AE_TITLE.fullmatch(peer.ae_title):
        raise PeerRefused("An AE title has 1 to 16 capital letters, digits, _ . or -.")
    if not _is_host(peer.host):
        raise PeerRefused("The host must be a name or an IP address.")
    if not 1 <= peer.port <= 65535:
        raise PeerRefused("The port must lie between 1 and 65535.")
    store.add_peer(viewer.hospital, peer, actor=viewer.login)


def remove_peer(viewer: Viewer, ae_title: str) -> None:
    """Remove a DICOM node of the viewer's hospital.

    Raises
    ------
    NotAdministrator
        If the viewer is no administrator.
    PeerRefused
        If there is none of this title.
    """
    check_manage(viewer)
    with transaction.atomic():
        rows = DicomPeer.objects.filter(hospital_id=viewer.hospital, ae_title=ae_title)
        if not rows.delete()[0]:
            raise PeerRefused("There is no DICOM node of this AE title.")
        _note(viewer, Action.DELETE, "peer", ae_title, {})


def _colleague(viewer: Viewer, login: str) -> Member:
    member = Member.objects.filter(login=login, hospital_id=viewer.hospital).first()
    if member is None:
        raise MemberUnknown("There is no such member in your hospital.")
    return member


def _is_host(host: str) -> bool:
    if _HOST_NAME.fullmatch(host):
        return True
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _note(viewer: Viewer, action: Action, kind: str, target: str, detail: dict[str, str]) -> None:
    trail.append(
        [AuditEvent(timezone.now(), viewer.login, action, kind, target, viewer.hospital, detail)]
    )
