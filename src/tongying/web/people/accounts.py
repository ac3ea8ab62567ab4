"""What members change about their own account: password, second factor, access tokens, choices."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Final

from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django_otp.plugins.otp_static.models import StaticDevice, StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice

from tongying.consult.people import Role, Viewer
from tongying.kernel.audit import Action, AuditEvent
from tongying.kernel.errors import BadInput, NotFound
from tongying.web.people import store
from tongying.web.people.models import AccessToken, Member
from tongying.web.trail import store as trail

BACKUP_CODES: Final = 8
MOST_TOKENS: Final = 20
THEMES: Final = ("", "light", "dark")


class PasswordWrong(BadInput):
    """The present password is not right."""

    code: ClassVar[str] = "account.password-wrong"


class PasswordRefused(BadInput):
    """The new password is too weak."""

    code: ClassVar[str] = "account.password-weak"


class SecondFactorRefused(BadInput):
    """The second factor cannot be set up as asked."""

    code: ClassVar[str] = "account.second-factor"


class TokenRefused(BadInput):
    """An access token cannot be made as asked."""

    code: ClassVar[str] = "account.token-refused"


class TokenUnknown(NotFound):
    """There is no such access token of the viewer's."""

    code: ClassVar[str] = "account.token-unknown"


class ChoiceRefused(BadInput):
    """A language or theme that does not exist."""

    code: ClassVar[str] = "account.choice"


@dataclass(frozen=True, slots=True)
class TokenShown:
    """An access token, of which only the label is known again."""

    id: int
    label: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Profile:
    """A member's own account."""

    login: str
    name: str
    title: str
    role: Role
    sub_specialty: str
    hospital_code: str
    hospital: str
    language: str
    theme: str
    second_factor: bool
    backup_codes_left: int
    tokens: tuple[TokenShown, ...]


@dataclass(frozen=True, slots=True)
class Enrolment:
    """A second factor to be confirmed: what the authenticator scans, or the key to type."""

    url: str
    key: str


def profile(viewer: Viewer) -> Profile:
    """Return the viewer's own account."""
    member = _member(viewer)
    tokens = AccessToken.objects.filter(member=member, revoked_at=None).order_by("-pk")
    return Profile(
        login=member.login,
        name=member.name,
        title=member.title,
        role=Role(member.role),
        sub_specialty=member.sub_specialty,
        hospital_code=member.hospital_id,
        hospital=member.hospital.name,
        language=member.language,
        theme=member.theme,
        second_factor=TOTPDevice.objects.filter(user=member, confirmed=True).exists(),
        backup_codes_left=StaticToken.objects.filter(device__user=member).count(),
        tokens=tuple(TokenShown(row.pk, row.label, row.created_at) for row in tokens),
    )


def change_password(viewer: Viewer, *, present: str, new: str) -> None:
    """Give the viewer a new password.

    Raises
    ------
    PasswordWrong
        If the present password is not right.
    PasswordRefused
        If the new one is too weak.
    """
    member = _member(viewer)
    _check_password(member, present)
    _set_password(viewer, member, new)


def choose(viewer: Viewer, *, language: str, theme: str) -> None:
    """Keep the viewer's language and theme; empty follows the browser.

    Raises
    ------
    ChoiceRefused
        If there is no such language or theme.
    """
    if theme not in THEMES or language not in ("", *dict(settings.LANGUAGES)):
        raise ChoiceRefused("There is no such language or theme.")
    with transaction.atomic():
        Member.objects.filter(pk=viewer.user).update(language=language, theme=theme)
        _note(viewer, Action.UPDATE, "member", viewer.login, {"what": "choices"})


def begin_second_factor(viewer: Viewer) -> Enrolment:
    """Return the enrolment that waits for its first code, begun if there is none.

    Raises
    ------
    SecondFactorRefused
        If a second factor is set up already.
    """
    member = _member(viewer)
    if TOTPDevice.objects.filter(user=member, confirmed=True).exists():
        raise SecondFactorRefused("A second factor is set up already; remove it first.")
    device, _ = TOTPDevice.objects.get_or_create(
        user=member, confirmed=False, defaults={"name": "authenticator"}
    )
    return Enrolment(url=device.config_url, key=_key(device))


def confirm_second_factor(viewer: Viewer, *, code: str) -> tuple[str, ...]:
    """Confirm the enrolment by its first code and return backup codes, which are shown once.

    Raises
    ------
    SecondFactorRefused
        If no enrolment waits, or the code is wrong.
    """
    # The device writes its own throttling, which must stand also where the code is refused.
    device = TOTPDevice.objects.filter(user_id=viewer.user, confirmed=False).first()
    if device is None:
        raise SecondFactorRefused("No second factor is being set up; begin again.")
    if not device.verify_is_allowed()[0]:
        raise SecondFactorRefused("Too many wrong codes; wait a minute and try again.")
    if not device.verify_token("".join(code.split())):
        raise SecondFactorRefused("The code is not right; check the clock of your phone.")
    with transaction.atomic():
        device.confirmed = True
        device.save(update_fields=["confirmed"])
        codes = _new_backup_codes(viewer)
        _note(viewer, Action.UPDATE, "member", viewer.login, {"what": "second-factor-on"})
    return codes


def renew_backup_codes(viewer: Viewer, *, password: str) -> tuple[str, ...]:
    """Replace the backup codes and return the new ones, which are shown once.

    Raises
    ------
    PasswordWrong
        If the password is not right.
    SecondFactorRefused
        If no second factor is set up.
    """
    _check_password(_member(viewer), password)
    if not TOTPDevice.objects.filter(user_id=viewer.user, confirmed=True).exists():
        raise SecondFactorRefused("No second factor is set up.")
    with transaction.atomic():
        codes = _new_backup_codes(viewer)
        _note(viewer, Action.UPDATE, "member", viewer.login, {"what": "backup-codes"})
    return codes


def remove_second_factor(viewer: Viewer, *, password: str) -> None:
    """Remove the viewer's second factor and backup codes.

    Raises
    ------
    PasswordWrong
        If the password is not right.
    """
    member = _member(viewer)
    _check_password(member, password)
    with transaction.atomic():
        remove_devices(member)
        _note(viewer, Action.UPDATE, "member", viewer.login, {"what": "second-factor-off"})


def make_token(viewer: Viewer, *, label: str) -> str:
    """Make an access token and return it; it is shown once.

    Raises
    ------
    TokenRefused
        If it has no label, or the viewer has too many.
    """
    label = label.strip()
    if not label:
        raise TokenRefused("Say what the token is for, so that you know which one to revoke.")
    if AccessToken.objects.filter(member_id=viewer.user, revoked_at=None).count() >= MOST_TOKENS:
        raise TokenRefused("You have 20 access tokens; revoke one first.")
    return store.issue_token(viewer.login, actor=viewer.login, label=label[:100])


def revoke_token(viewer: Viewer, token_id: int) -> None:
    """Revoke an access token of the viewer's.

    Raises
    ------
    TokenUnknown
        If there is no such standing token of theirs.
    """
    with transaction.atomic():
        rows = AccessToken.objects.filter(pk=token_id, member_id=viewer.user, revoked_at=None)
        if not rows.update(revoked_at=timezone.now()):
            raise TokenUnknown("There is no such access token.")
        _note(viewer, Action.DELETE, "token", viewer.login, {})


def remove_devices(member: Member) -> None:
    """Remove a member's second factor and backup codes, in the caller's transaction."""
    TOTPDevice.objects.filter(user=member).delete()
    StaticDevice.objects.filter(user=member).delete()


def random_words(groups: int) -> str:
    """Return random groups of five letters and digits that are not mistaken for one another."""
    alphabet = "23456789abcdefghjkmnpqrstuvwxyz"
    return "-".join("".join(secrets.choice(alphabet) for _ in range(5)) for _ in range(groups))


def _member(viewer: Viewer) -> Member:
    return Member.objects.select_related("hospital").get(pk=viewer.user)


def _check_password(member: Member, password: str) -> None:
    if not member.check_password(password):
        raise PasswordWrong("The present password is not right.")


def _set_password(viewer: Viewer, member: Member, new: str) -> None:
    try:
        validate_password(new, member)
    except ValidationError as error:
        raise PasswordRefused(" ".join(error.messages)) from None
    with transaction.atomic():
        member.set_password(new)
        member.save(update_fields=["password"])
        _note(viewer, Action.UPDATE, "member", member.login, {"what": "password"})


def _key(device: TOTPDevice) -> str:
    """Return the secret in the base 32 that authenticators take, from the device's own link."""
    return device.config_url.partition("secret=")[2].partition("&")[0]


def _new_backup_codes(viewer: Viewer) -> tuple[str, ...]:
    device, _ = StaticDevice.objects.get_or_create(
        user_id=viewer.user, name="backup", defaults={"confirmed": True}
    )
    device.token_set.all().delete()
    codes = tuple(random_words(2) for _ in range(BACKUP_CODES))
    StaticToken.objects.bulk_create(StaticToken(device=device, token=code) for code in codes)
    return codes


def _note(viewer: Viewer, action: Action, kind: str, target: str, detail: dict[str, str]) -> None:
    trail.append(
        [AuditEvent(timezone.now(), viewer.login, action, kind, target, viewer.hospital, detail)]
    )


def note_login(member: Member, *, second_factor: bool) -> None:
    """Record that a member has logged in."""
    trail.note(
        AuditEvent(
            timezone.now(),
            member.login,
            Action.EXECUTE,
            "login",
            member.login,
            member.hospital_id,
            {"second-factor": "yes" if second_factor else "no"},
        )
    )


def note_refused_login(login: str) -> None:
    """Record a refused log-in to an account that exists; others are nobody's data."""
    member = Member.objects.filter(login=login).first()
    if member is not None:
        trail.note(
            AuditEvent(
                timezone.now(),
                member.login,
                Action.REFUSE,
                "login",
                member.login,
                member.hospital_id,
            )
        )
