"""How a person wants to be told: address, quiet hours, browsers."""

from __future__ import annotations

import base64
import binascii
import secrets
from dataclasses import dataclass
from datetime import datetime, time
from typing import ClassVar, Final

from cryptography.hazmat.primitives.asymmetric import ec
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction

from tongying.consult.people import Viewer
from tongying.kernel.audit import Action, AuditEvent
from tongying.kernel.errors import BadInput
from tongying.web import now as clock
from tongying.web.notices import mail
from tongying.web.notices.endpoint import check_endpoint
from tongying.web.notices.kinds import Kind
from tongying.web.notices.models import PushSubscription
from tongying.web.notices.store import tell
from tongying.web.people.models import Member
from tongying.web.trail import store as trail

BROWSERS: Final = 10
"""A person's newest subscriptions that are kept."""
AUTH_BYTES: Final = 16
"""Length of the authentication secret (RFC 8291 section 3.2)."""


class AddressRefused(BadInput):
    """It is no e-mail address."""

    code: ClassVar[str] = "notice.address"


class QuietHoursRefused(BadInput):
    """Quiet hours lack their begin or end, or have no length."""

    code: ClassVar[str] = "notice.quiet-hours"


class BrowserRefused(BadInput):
    """The browser's keys are none."""

    code: ClassVar[str] = "notice.browser"


@dataclass(frozen=True, slots=True)
class BrowserShown:
    """A browser that takes pushes; ``endpoint`` lets the page find itself among them."""

    id: int
    endpoint: str
    since: datetime


@dataclass(frozen=True, slots=True)
class Wishes:
    """How a person wants to be told."""

    email: str
    quiet_from: time | None
    quiet_until: time | None
    browsers: tuple[BrowserShown, ...]
    mail_on: bool
    """Whether this installation sends mail at all."""


def wishes_of(viewer: Viewer) -> Wishes:
    """Return how the viewer wants to be told."""
    member = Member.objects.get(pk=viewer.user)
    rows = PushSubscription.objects.filter(member=member).order_by("-pk")
    return Wishes(
        email=member.email,
        quiet_from=member.quiet_from,
        quiet_until=member.quiet_until,
        browsers=tuple(BrowserShown(row.pk, row.endpoint, row.created_at) for row in rows),
        mail_on=mail.is_on(),
    )


def wish(viewer: Viewer, *, email: str, quiet_from: str, quiet_until: str) -> None:
    """Keep the viewer's e-mail address and quiet hours (``HH:MM``, both or neither).

    Raises
    ------
    AddressRefused
        If it is no e-mail address.
    QuietHoursRefused
        If one of the two times is missing, is none, or both are the same.
    """
    email = email.strip()
    if email:
        try:
            validate_email(email)
        except ValidationError as error:
            raise AddressRefused("This is not an e-mail address.") from error
        if len(email) > 254:
            raise AddressRefused("This is not an e-mail address.")
    first, last = _time(quiet_from), _time(quiet_until)
    if (first is None) != (last is None):
        raise QuietHoursRefused("Quiet hours need both a begin and an end, or neither.")
    if first is not None and first == last:
        raise QuietHoursRefused("Quiet hours that begin and end at the same time have no length.")
    with transaction.atomic():
        Member.objects.filter(pk=viewer.user).update(
            email=email, quiet_from=first, quiet_until=last
        )
        _note(viewer, "notices")


def subscribe(viewer: Viewer, *, endpoint: str, p256dh: str, auth: str) -> None:
    """Send the viewer's notices to a browser as well; a browser serves whoever asked last.

    Raises
    ------
    EndpointRefused
        As `endpoint.check_endpoint`.
    BrowserRefused
        If its keys are none.
    """
    check_endpoint(endpoint)
    try:
        ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), _decoded(p256dh))
        if len(_decoded(auth)) != AUTH_BYTES:
            raise BrowserRefused("The browser's keys cannot be used.")
    except (ValueError, binascii.Error) as error:
        raise BrowserRefused("The browser's keys cannot be used.") from error
    with transaction.atomic():
        PushSubscription.objects.update_or_create(
            endpoint=endpoint,
            defaults={"member_id": viewer.user, "p256dh": p256dh, "auth": auth},
        )
        mine = PushSubscription.objects.filter(member_id=viewer.user).order_by("-pk")
        kept = list(mine.values_list("pk", flat=True)[:BROWSERS])
        mine.exclude(pk__in=kept).delete()
        _note(viewer, "push-on")


def unsubscribe(viewer: Viewer, *, endpoint: str) -> None:
    """Send no more notices to one of the viewer's browsers; an unknown one changes nothing."""
    with transaction.atomic():
        mine = PushSubscription.objects.filter(member_id=viewer.user, endpoint=endpoint)
        if mine.delete()[0]:
            _note(viewer, "push-off")


def try_out(viewer: Viewer) -> None:
    """Give the viewer a test notice, by every way that is open."""
    with transaction.atomic():
        member = Member.objects.get(pk=viewer.user)
        key = f"{Kind.TRIAL.value}:{secrets.token_hex(8)}"
        tell([member], Kind.TRIAL.value, {}, key=key, url="/account/#notices", at=clock.now())
        _note(viewer, "test-notice")


def _time(text: str) -> time | None:
    text = text.strip().replace("：", ":")
    if not text:
        return None
    try:
        return time.fromisoformat(text.zfill(5)).replace(second=0, microsecond=0, tzinfo=None)
    except ValueError as error:
        raise QuietHoursRefused("Write a time as 22:00.") from error


def _decoded(text: str) -> bytes:
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)


def _note(viewer: Viewer, what: str) -> None:
    event = AuditEvent(
        clock.now(),
        viewer.login,
        Action.UPDATE,
        "member",
        viewer.login,
        viewer.hospital,
        {"what": what},
    )
    trail.append([event])
