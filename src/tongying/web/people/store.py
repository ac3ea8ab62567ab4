"""Hospitals, members and tokens: making them, finding them, and who a request speaks for."""

from __future__ import annotations

import hashlib
import re
import secrets
from dataclasses import dataclass
from typing import ClassVar

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from tongying.consult.people import Role, Viewer
from tongying.kernel.audit import Action, AuditEvent
from tongying.kernel.errors import BadInput, NotFound
from tongying.kernel.ids import HospitalCode, UserId
from tongying.web.people.models import AccessToken, DicomPeer, Hospital, Member
from tongying.web.trail import store as trail

CODE = re.compile(r"[A-Z0-9][A-Z0-9_-]{0,30}")
AE_TITLE = re.compile(r"[A-Z0-9][A-Z0-9_.-]{0,15}")
LOGIN = re.compile(r"[a-z0-9][a-z0-9._-]{1,63}")
FIRST_AE_TITLE = "TONGYING"


class HospitalRefused(BadInput):
    """The hospital cannot be added as given."""

    code: ClassVar[str] = "hospital.refused"


class HospitalUnknown(NotFound):
    """There is no hospital of this code."""

    code: ClassVar[str] = "hospital.unknown"


class MemberRefused(BadInput):
    """The member cannot be added as given."""

    code: ClassVar[str] = "member.refused"


class MemberUnknown(NotFound):
    """There is no member of this name."""

    code: ClassVar[str] = "member.unknown"


@dataclass(frozen=True, slots=True)
class NewMember:
    """What an account is made from."""

    login: str
    role: Role
    hospital: str
    password: str
    name: str = ""
    sub_specialty: str = ""
    title: str = ""


@dataclass(frozen=True, slots=True)
class Peer:
    """Where a DICOM node listens."""

    ae_title: str
    host: str
    port: int


def add_hospital(
    code: str,
    name: str,
    *,
    actor: str,
    ae_title: str = "",
    answers: bool = False,
    name_en: str = "",
) -> str:
    """Add a hospital and return its AE title.

    The first hospital of an installation is called ``TONGYING`` unless told otherwise; the others
    by their code.

    Raises
    ------
    HospitalRefused
        If the code or AE title is malformed or taken, or the name is empty.
    """
    if not CODE.fullmatch(code):
        raise HospitalRefused(
            f"The hospital code “{code}” must be 1 to 31 capital letters, digits, _ or -."
        )
    if not name.strip():
        raise HospitalRefused("A hospital needs a name.")
    with transaction.atomic():
        if not ae_title:
            taken = Hospital.objects.filter(ae_title=FIRST_AE_TITLE).exists()
            ae_title = code[:16] if taken else FIRST_AE_TITLE
        if not AE_TITLE.fullmatch(ae_title):
            raise HospitalRefused(
                f"The AE title “{ae_title}” must be 1 to 16 capital letters, digits, _ . or -."
            )
        if Hospital.objects.filter(code=code).exists():
            raise HospitalRefused(f"The hospital code “{code}” is taken.")
        if Hospital.objects.filter(ae_title=ae_title).exists():
            raise HospitalRefused(f"The AE title “{ae_title}” is taken.")
        Hospital.objects.create(
            code=code, name=name.strip(), name_en=name_en, ae_title=ae_title, answers=answers
        )
        trail.append([AuditEvent(timezone.now(), actor, Action.CREATE, "hospital", code, code)])
    return ae_title


def add_member(new: NewMember, *, actor: str) -> None:
    """Add a member with a password.

    Raises
    ------
    HospitalUnknown
        If there is no such hospital.
    MemberRefused
        If the log-in name is malformed or taken, or the password too weak.
    """
    if not LOGIN.fullmatch(new.login):
        raise MemberRefused(
            f"The log-in name “{new.login}” must be 2 to 64 small letters, digits, . _ or -."
        )
    member = Member(
        login=new.login,
        name=new.name or new.login,
        role=new.role.value,
        sub_specialty=new.sub_specialty,
        title=new.title,
    )
    try:
        validate_password(new.password, member)
    except ValidationError as error:
        raise MemberRefused(" ".join(error.messages)) from None
    with transaction.atomic():
        hospital = Hospital.objects.filter(code=new.hospital).first()
        if hospital is None:
            raise HospitalUnknown(f"There is no hospital with the code “{new.hospital}”.")
        if Member.objects.filter(login=new.login).exists():
            raise MemberRefused(f"The log-in name “{new.login}” is taken.")
        member.hospital = hospital
        member.set_password(new.password)
        member.save()
        trail.append(
            [
                AuditEvent(
                    timezone.now(),
                    actor,
                    Action.CREATE,
                    "member",
                    new.login,
                    new.hospital,
                    {"role": new.role.value},
                )
            ]
        )


def issue_token(login: str, *, actor: str, label: str = "") -> str:
    """Make a bearer token for a member and return it; only its digest is kept.

    Raises
    ------
    MemberUnknown
        If there is no such active member.
    """
    token = secrets.token_urlsafe(32)
    with transaction.atomic():
        member = Member.objects.filter(login=login, is_active=True).first()
        if member is None:
            raise MemberUnknown(f"There is no active member “{login}”.")
        AccessToken.objects.create(member=member, digest=_digest(token), label=label)
        trail.append(
            [AuditEvent(timezone.now(), actor, Action.CREATE, "token", login, member.hospital_id)]
        )
    return token


def viewer_of_member(member: Member) -> Viewer:
    """Return the viewer that a logged-in member is."""
    return _viewer(member.pk, member.login, member.hospital_id, member.role)


def viewer_of_login(login: str) -> Viewer:
    """Return the viewer of a log-in name (for commands run on the machine itself).

    Raises
    ------
    MemberUnknown
        If there is no such active member.
    """
    member = Member.objects.filter(login=login, is_active=True).first()
    if member is None:
        raise MemberUnknown(f"There is no active member “{login}”.")
    return viewer_of_member(member)


def hospital_of_ae_title(ae_title: str) -> str | None:
    """Return the code of the hospital that is called by an AE title, or None."""
    return Hospital.objects.filter(ae_title=ae_title).values_list("code", flat=True).first()


def peers_of(hospital: str) -> list[Peer]:
    """Return the DICOM nodes a hospital has registered."""
    rows = DicomPeer.objects.filter(hospital_id=hospital).order_by("ae_title")
    return [Peer(row.ae_title, row.host, row.port) for row in rows]


def add_peer(hospital: str, peer: Peer, *, actor: str) -> None:
    """Register (or move) a DICOM node of a hospital.

    Raises
    ------
    HospitalUnknown
        If there is no such hospital.
    """
    with transaction.atomic():
        check_hospital(hospital)
        DicomPeer.objects.update_or_create(
            hospital_id=hospital,
            ae_title=peer.ae_title,
            defaults={"host": peer.host, "port": peer.port},
        )
        trail.append(
            [AuditEvent(timezone.now(), actor, Action.UPDATE, "peer", peer.ae_title, hospital)]
        )


def check_hospital(code: str) -> None:
    """Raise unless there is a hospital of this code.

    Raises
    ------
    HospitalUnknown
        If there is none.
    """
    if not Hospital.objects.filter(code=code).exists():
        raise HospitalUnknown(f"There is no hospital with the code “{code}”.")


def _viewer(user: int, login: str, hospital: str, role: str) -> Viewer:
    return Viewer(UserId(user), login, HospitalCode(hospital), Role(role))


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
