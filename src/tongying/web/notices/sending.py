"""Carrying a notice out of the app: by e-mail and by web push, each way once.

Before the first byte leaves, the way is marked as going; whoever finds that mark afterwards does
not send again. What did not work is promised anew, later and later.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from tongying.web import now as clock
from tongying.web.jobs.outbox import promise
from tongying.web.notices import mail
from tongying.web.notices.kinds import sentence_of, title_of
from tongying.web.notices.models import NoticeRow, PushSubscription
from tongying.web.notices.outcome import Outcome
from tongying.web.notices.push import Browser, Message, send_push
from tongying.web.notices.quiet import quiet_end
from tongying.web.notices.store import NOTICE
from tongying.web.people.models import Member

AGAIN_AFTER: Final = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 240))
"""After each try that did not work; after the last the way has failed. Needs sign-off."""
_DONE: Final = frozenset(Outcome) - {Outcome.LATER, Outcome.GOING}


@dataclass(frozen=True, slots=True)
class _Way:
    """A way that a notice is about to take: ``mail``, or ``push:`` and the subscription."""

    name: str
    letter: mail.Letter | None = None
    browser: Browser | None = None
    message: Message | None = None


def carry(number: int) -> None:
    """Send a notice by every way it has not taken yet; the worker calls this.

    Within its person's quiet hours a notice that does not press is promised for their end.
    """
    now = clock.now()
    for way in _claim(number, now):
        if way.letter is not None:
            outcome = mail.send_mail(way.letter)
        elif way.browser is not None and way.message is not None:
            outcome = send_push(way.browser, way.message)
        else:
            continue
        _note(number, way.name, outcome)


def _claim(number: int, now: datetime) -> list[_Way]:
    """Mark the ways that are to be taken now as going, and return them."""
    with transaction.atomic():
        row = NoticeRow.objects.select_for_update(of=("self",)).filter(pk=number).first()
        if row is None:
            return []
        member = Member.objects.get(pk=row.member_id)
        open_ways = _open_ways(row, member)
        if row.read_at is not None or not member.is_active:
            for name in open_ways:
                _mark(row, name, Outcome.READ, now)
            row.save(update_fields=["sent_by"])
            return []
        end = _quiet_until(member, now)
        if open_ways and end is not None and not row.pressing:
            promise(NOTICE, {"notice": number}, not_before=end)
            row.save(update_fields=["sent_by"])
            return []
        ways = [_way(row, member, name) for name in open_ways]
        for name in open_ways:
            _mark(row, name, Outcome.GOING, now)
        row.save(update_fields=["sent_by"])
    return ways


def _open_ways(row: NoticeRow, member: Member) -> list[str]:
    """Return the ways that are still to be taken; mark those that cannot be."""
    now = clock.now()
    names = []
    if not mail.is_on():
        _close(row, "mail", Outcome.OFF, now)
    elif not member.email:
        _close(row, "mail", Outcome.NO_ADDRESS, now)
    else:
        names.append("mail")
    browsers = member.subscriptions.order_by("pk").values_list("pk", flat=True)
    names += [f"push:{pk}" for pk in browsers]
    if len(names) == names.count("mail"):
        _close(row, "push", Outcome.NO_BROWSER, now)
    still = []
    for name in names:
        state = _state(row, name)
        if state is Outcome.GOING:
            _mark(row, name, Outcome.INTERRUPTED, now)
        elif state not in _DONE or state in (Outcome.OFF, Outcome.NO_ADDRESS):
            still.append(name)
    return still


def _note(number: int, name: str, outcome: Outcome) -> None:
    """Write down how a way ended, and promise another try where it makes sense."""
    now = clock.now()
    with transaction.atomic():
        row = NoticeRow.objects.select_for_update(of=("self",)).get(pk=number)
        tries = int(row.sent_by.get(name, {}).get("tries", "0")) + 1
        if outcome is Outcome.LATER and tries > len(AGAIN_AFTER):
            outcome = Outcome.FAILED
        _mark(row, name, outcome, now, tries=tries)
        row.save(update_fields=["sent_by"])
        if outcome is Outcome.LATER:
            promise(NOTICE, {"notice": number}, not_before=now + AGAIN_AFTER[tries - 1])
        elif outcome is Outcome.GONE:
            PushSubscription.objects.filter(pk=int(name.partition(":")[2])).delete()


def _state(row: NoticeRow, name: str) -> Outcome | None:
    said = row.sent_by.get(name)
    return Outcome(said["state"]) if said else None


def _close(row: NoticeRow, name: str, outcome: Outcome, now: datetime) -> None:
    if _state(row, name) is None:
        _mark(row, name, outcome, now)


def _mark(
    row: NoticeRow, name: str, outcome: Outcome, now: datetime, *, tries: int | None = None
) -> None:
    before: dict[str, Any] = row.sent_by.get(name, {})
    said = {"state": outcome.value, "at": now.isoformat()}
    if tries is not None or "tries" in before:
        said["tries"] = str(before["tries"] if tries is None else tries)
    row.sent_by = {**row.sent_by, name: said}


def _quiet_until(member: Member, now: datetime) -> datetime | None:
    return quiet_end(member.quiet_from, member.quiet_until, now, ZoneInfo(settings.TIME_ZONE))


def _way(row: NoticeRow, member: Member, name: str) -> _Way:
    with translation.override(member.language or settings.LANGUAGE_CODE):
        title, sentence = title_of(row.kind), sentence_of(row.kind, row.values)
        if name == "mail":
            lines = [sentence]
            if row.url:
                lines.append(settings.TONGYING_URL + row.url)
            lines.append(_("This mail holds no patient data. Sign in to see the case."))
            subject = " · ".join(filter(None, (title, row.values.get("number", ""))))
            letter = mail.Letter(
                member.email, subject, "\n\n".join(lines) + "\n", f"notice-{row.pk}"
            )
            return _Way(name, letter=letter)
    browser = PushSubscription.objects.get(pk=int(name.partition(":")[2]))
    return _Way(
        name,
        browser=Browser(browser.endpoint, browser.p256dh, browser.auth),
        message=Message(title, sentence, row.url, f"notice-{row.pk}", row.pressing),
    )
