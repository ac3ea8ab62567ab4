"""What the pages say of models' results: steps, states, verdicts, ages, figures."""

from __future__ import annotations

from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy as _p

from tongying.ai.card.definition import Evidence, Span
from tongying.pathway.definition import Words
from tongying.web.ai.shown import ShownFinding, ShownFlag, ShownRun, ShownValue
from tongying.web.pages.measurement_words import name_of, side_word
from tongying.web.pages.sentences import said
from tongying.web.pages.words import in_chinese

STATE_WORDS: Final[dict[str, Promise]] = {
    "waiting": _p("AI run", "waiting"),
    "running": _p("AI run", "running"),
    "done": _p("AI run", "done"),
    "refused": _p("AI run", "refused"),
    "failed": _p("AI run", "failed"),
    "cancelled": _p("AI run", "cancelled"),
}
STANDING_WORDS: Final[dict[str, Promise]] = {
    "off": _p("AI standing", "switched off"),
    "shadow": _p("AI standing", "in shadow"),
    "trial": _p("AI standing", "on trial"),
    "clinical": _p("AI standing", "in clinical use"),
    "stopped": _p("AI standing", "stopped"),
}
VERDICT_WORDS: Final[dict[str, Promise]] = {
    "normal": _p("read", "Normal"),
    "abnormal": _p("read", "Abnormal"),
    "unsure": _p("read", "Unsure"),
}
DECISION_WORDS: Final[dict[str, Promise]] = {
    "accept": _p("AI review", "Accepted"),
    "edit": _p("AI review", "Changed"),
    "reject": _p("AI review", "Rejected"),
}
DAYS_IN_YEAR: Final = 365.25
DAYS_IN_MONTH: Final = DAYS_IN_YEAR / 12
MONTHS_FROM_DAYS, YEARS_FROM_DAYS = 60, 730
"""From these ages on a paediatrician speaks of months, and of years."""


def in_language(words: Words | None) -> str:
    """Return words in the reader's language; what has no Chinese is a sentence of the cores."""
    if words is None:
        return ""
    return words.chinese if in_chinese() and words.chinese else said(words.english)


def age_label(span: Span | None) -> str:
    """Return for which ages a model may speak; empty where its card is not understood."""
    if span is None:
        return ""
    low = None if not span.low else _age(span.low)
    high = None if span.high is None else _age(span.high + 1)
    if low and high:
        return _("%(low)s to under %(high)s") % {"low": low, "high": high}
    if high:
        return _("under %(high)s") % {"high": high}
    if low:
        return _("from %(low)s") % {"low": low}
    return _("any age")


def _age(days: float) -> str:
    if days < MONTHS_FROM_DAYS:
        return _("%(number)s d") % {"number": f"{days:.0f}"}
    if days < YEARS_FROM_DAYS:
        return _("%(number)s mo") % {"number": f"{days / DAYS_IN_MONTH:.0f}"}
    return _("%(number)s y") % {"number": f"{round(days / DAYS_IN_YEAR, 1):g}"}


def figure_words(evidence: Evidence) -> str:
    """Return a figure with its interval and on how many studies it stands."""
    figure = f"{evidence.metric} {evidence.value:.3g}"
    if evidence.interval is not None:
        low, high = evidence.interval
        figure += f" ({low:.3g}–{high:.3g})"
    return f"{figure}, n={evidence.n}"


def model_name(run: ShownRun) -> str:
    """Return a model's name with its version."""
    return f"{in_language(run.badge.name) or run.badge.card_id} {run.badge.version}"


def finding_name(one: ShownFinding | ShownFlag) -> str:
    """Return the words of a finding's or flag's kind, with its side."""
    name = in_language(one.words) or one.kind
    side = side_word(one.side) if isinstance(one, ShownFinding) else ""
    if not side:
        return name
    return f"{side}{name}" if in_chinese() else f"{name}, {side}"


def item_name(one: ShownFinding | ShownFlag | ShownValue) -> str:
    """Return what an item is called."""
    return name_of(one.shown) if isinstance(one, ShownValue) else finding_name(one)


def spread_words(one: ShownValue) -> str:
    """Return from where to where the tools lie that measured the same; empty for one tool."""
    if not one.others:
        return ""
    told = [(one.shown.value, one.shown.unit), *((each.value, each.unit) for each in one.others)]
    if len({unit for _value, unit in told}) > 1:
        return "; ".join(f"{each.tool} {each.value:.4g} {each.unit}" for each in one.others)
    values = sorted(value for value, _unit in told)
    span = f"{values[0]:.4g}–{values[-1]:.4g} {told[0][1]}"
    return _("%(count)s tools: %(span)s") % {"count": len(told), "span": span}
