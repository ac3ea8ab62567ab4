"""Notices of a person: made once, in the transaction of what they tell of."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.conf import settings

from tongying.web.cases.models import CaseRow
from tongying.web.cases.rows import number_of
from tongying.web.jobs.outbox import promise
from tongying.web.notices.kinds import check_values
from tongying.web.notices.models import NoticeRow, PushSubscription
from tongying.web.people.models import Member

NOTICE = "notice"
"""Kind of the outbox's work that carries a notice out of the app."""


def tell(
    members: Iterable[Member],
    kind: str,
    values: dict[str, str],
    *,
    key: str,
    case: CaseRow | None = None,
    url: str = "",
    pressing: bool = False,
    at: datetime,
) -> int:
    """Give each member a notice, in the caller's transaction; the same key makes nothing twice.

    A notice that has a way out of the app (an e-mail address, a browser that takes pushes) is
    promised to the worker; where there is none, ``sent_by`` says why.

    Parameters
    ----------
    members : iterable of Member
        Members who no longer work here are passed over.
    kind : str
        Value of `notices.kinds.Kind`.
    values : dict of str to str
        Values of its sentence (`notices.kinds.VALUES`); ``number`` is filled in from the case.
    key : str
        What it is about, at most 80 signs; unique with the member.
    case : CaseRow, optional
    url : str, optional
        The page it leads to; the case's page where none is given.
    pressing : bool, optional
        Whether it breaks through quiet hours.
    at : datetime
        When, with time zone.

    Returns
    -------
    int
        How many notices were made.

    Raises
    ------
    ValueError
        As `notices.kinds.check_values`.
    """
    if case is not None:
        values = {"number": number_of(case)} | values
        url = url or f"/cases/{case.pk}/"
    check_values(kind, values)
    wanted = {f"{key}:{one.pk}": one for one in members if one.is_active}
    there = NoticeRow.objects.filter(key__in=wanted).values_list("key", flat=True)
    for known in list(there):
        del wanted[known]
    if not wanted:
        return 0
    browsers = set(
        PushSubscription.objects.filter(member__in=wanted.values()).values_list(
            "member_id", flat=True
        )
    )
    NoticeRow.objects.bulk_create(
        (
            NoticeRow(
                member=member,
                case=case,
                kind=kind,
                values=values,
                url=url,
                pressing=pressing,
                key=full,
                at=at,
                sent_by=_no_way_out(member, browser=member.pk in browsers),
            )
            for full, member in wanted.items()
        ),
        ignore_conflicts=True,
    )
    for pk, sent_by in NoticeRow.objects.filter(key__in=wanted).values_list("pk", "sent_by"):
        if len(sent_by) < len(WAYS):
            promise(NOTICE, {"notice": pk})
    return len(wanted)


WAYS = ("mail", "push")
"""The ways out of the app."""


def _no_way_out(member: Member, *, browser: bool) -> dict[str, dict[str, str]]:
    """Say for each way why it cannot be taken; a way that can be is left out."""
    closed: dict[str, dict[str, str]] = {}
    if not settings.TONGYING_SMTP_HOST:
        closed["mail"] = {"state": "off"}
    elif not member.email:
        closed["mail"] = {"state": "no-address"}
    if not browser:
        closed["push"] = {"state": "no-browser"}
    return closed
