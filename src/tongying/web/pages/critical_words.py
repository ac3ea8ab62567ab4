"""The words of critical findings and notices that the cores and stores speak in English."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_noop as fixed
from django.utils.translation import ngettext
from django.utils.translation import pgettext_lazy as _p

from tongying.consult.critical import Category
from tongying.web.notices.outcome import Outcome

CATEGORY_WORDS: Final[dict[Category, Promise]] = {
    Category.MINUTES: _p("critical", "within minutes"),
    Category.HOURS: _p("critical", "within hours"),
    Category.DAYS: _p("critical", "within days"),
}

CATEGORY_HELP: Final[dict[Category, Promise]] = {
    Category.MINUTES: _p("critical", "Danger to life: telephone as well."),
    Category.HOURS: _p("critical", "Harm today if nobody acts."),
    Category.DAYS: _p("critical", "Must not be forgotten."),
}

EVENT_WORDS: Final[dict[str, Promise]] = {
    "critical": _p("event", "reported a critical finding"),
    "critical-ack": _p("event", "acknowledged the critical finding"),
}
"""What a line of the timeline says that is no move of the case."""

OUTCOME_WORDS: Final[dict[Outcome, Promise]] = {
    Outcome.GOING: _p("way out", "being sent"),
    Outcome.SENT: _p("way out", "sent"),
    Outcome.LATER: _p("way out", "did not go, tried again"),
    Outcome.FAILED: _p("way out", "did not go"),
    Outcome.INTERRUPTED: _p("way out", "interrupted"),
    Outcome.GONE: _p("way out", "browser signed off"),
}
"""What a page says of a way out; the others are nothing to tell of."""

WAY_WORDS: Final[dict[str, Promise]] = {
    "mail": _p("way out", "e-mail"),
    "push": _p("way out", "push"),
}

FIXED: Final = frozenset(
    {
        fixed("Only the expert who reads the case reports a critical finding."),
        fixed("A critical finding is reported while the case is read or signed."),
        fixed("Say what was found."),
        fixed("A finding cannot have been found later than now."),
        fixed("The receiver must be an asking doctor of the asking hospital."),
        fixed("Only a doctor who asks acknowledges a critical finding."),
        fixed("This critical finding is acknowledged already."),
        fixed("The named receiver has still time to acknowledge it."),
        fixed("Say in your own words what you understood."),
        fixed("There is no such critical finding."),
        fixed("Choose how soon somebody must act: minutes, hours or days."),
        fixed("There is no such notice."),
        fixed("This is not an e-mail address."),
        fixed("Quiet hours need both a begin and an end, or neither."),
        fixed("Quiet hours that begin and end at the same time have no length."),
        fixed("Write a time as 22:00."),
        fixed("The browser's keys cannot be used."),
        fixed("The browser's push address is not one that may be used."),
    }
)
"""Sentences that are message ids as they stand."""


def span_words(span: timedelta) -> str:
    """Say a span in the largest whole unit: minutes, hours or days."""
    minutes = int(span.total_seconds()) // 60
    if minutes % 1440 == 0:
        days = minutes // 1440
        return ngettext("%(number)d day", "%(number)d days", days) % {"number": days}
    if minutes % 60 == 0:
        hours = minutes // 60
        return ngettext("%(number)d hour", "%(number)d hours", hours) % {"number": hours}
    return ngettext("%(number)d minute", "%(number)d minutes", minutes) % {"number": minutes}
