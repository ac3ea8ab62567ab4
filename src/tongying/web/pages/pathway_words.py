"""The words of pathways that are not data: kinds of answers, spans of age, sides."""

from __future__ import annotations

from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import pgettext as _p
from django.utils.translation import pgettext_lazy

from tongying.pathway.definition import AgeSpan

KIND_WORDS: Final[dict[str, Promise]] = {
    "choice": pgettext_lazy("kind of answer", "one of several"),
    "choices": pgettext_lazy("kind of answer", "any of several"),
    "number": pgettext_lazy("kind of answer", "number"),
    "text": pgettext_lazy("kind of answer", "words"),
    "yes-no": pgettext_lazy("kind of answer", "yes or no"),
    "date": pgettext_lazy("kind of answer", "day"),
    "measure": pgettext_lazy("kind of answer", "from a measurement"),
    "grade": pgettext_lazy("kind of answer", "computed"),
}
DAYS_OF_MONTH: Final = 30.4375
DAYS_OF_YEAR: Final = 365.25
_WEEKS_BELOW: Final = 92
_MONTHS_BELOW: Final = 731
"""Spans are said in weeks, then months, then years, as ages are (domain.md section 4, point 2)."""


def age_span_words(span: AgeSpan | None) -> str:
    """Return for which ages something holds; nothing where it holds for all."""
    if span is None or (span.from_days is None and span.to_days is None):
        return ""
    if span.from_days is None:
        said = _("below %(age)s") % {"age": _days(span.to_days)}
    elif span.to_days is None:
        said = _("from %(age)s") % {"age": _days(span.from_days)}
    else:
        said = _("from %(low)s to below %(high)s") % {
            "low": _days(span.from_days),
            "high": _days(span.to_days),
        }
    return _("%(span)s (corrected)") % {"span": said} if span.corrected else said


def side_word(side: str) -> str:
    """Return a side as a word; nothing for none."""
    if side == "R":
        return _p("side", "right")
    return _p("side", "left") if side == "L" else ""


def days_words(days: int) -> str:
    """Return a span of days as a doctor says it."""
    return _days(days)


def _days(days: int | None) -> str:
    days = days or 0
    if days < _WEEKS_BELOW:
        if days % 7 == 0 and days:
            return _("%(number)s weeks") % {"number": days // 7}
        return _("%(number)s days") % {"number": days}
    if days < _MONTHS_BELOW:
        return _("%(number)s months") % {"number": f"{round(days / DAYS_OF_MONTH, 1):g}"}
    return _("%(number)s years") % {"number": f"{round(days / DAYS_OF_YEAR, 1):g}"}
