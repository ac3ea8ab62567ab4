"""What is said about measurements and their scores, in the reader's language."""

from __future__ import annotations

from typing import Final

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from tongying.norms.forms.form import Position
from tongying.norms.measure import Measure
from tongying.norms.norm import Norm
from tongying.norms.score.result import Score
from tongying.norms.score.velocity import Change
from tongying.norms.unit_words import value_words
from tongying.web.measurements.shown import Shown
from tongying.web.measurements.store import side_in
from tongying.web.pages.sentences import said
from tongying.web.pages.words import in_chinese

AREA_WORDS: Final = {
    "growth": gettext_lazy("Growth"),
    "bowel and bile ducts": gettext_lazy("Bowel and bile ducts"),
    "brain": gettext_lazy("Brain"),
    "fetal brain": gettext_lazy("Fetal brain"),
    "heart": gettext_lazy("Heart"),
    "kidney": gettext_lazy("Kidney"),
    "spleen": gettext_lazy("Spleen"),
    "liver": gettext_lazy("Liver"),
    "hip": gettext_lazy("Hip"),
    "thymus": gettext_lazy("Thymus"),
    "vessels": gettext_lazy("Vessels"),
    "fetal": gettext_lazy("Fetus"),
    "tumour": gettext_lazy("Tumour"),
    "thyroid": gettext_lazy("Thyroid"),
    "spine": gettext_lazy("Spine"),
    "limb": gettext_lazy("Limbs and bone age"),
    "chest": gettext_lazy("Chest"),
}


_IN_TENTHS: Final = frozenset({"deg", "%", "mm"})
"""Units in which a point placed by hand is good for a tenth at best."""
_IN_WHOLES_FROM: Final = 1000


def area_word(area: str) -> str:
    """Return the word for a part of the body or branch; the area itself where it has none."""
    return str(AREA_WORDS.get(area, area))


def measure_word(known: Measure | None, measure: str) -> str:
    """Return a measure's name; its id where this version does not know it."""
    if known is None:
        return measure
    return known.chinese if in_chinese() else known.english


def side_word(side: str) -> str:
    """Return the word for a side, or nothing."""
    return {"R": pgettext("side", "right"), "L": pgettext("side", "left")}.get(side, "")


def name_of(shown: Shown) -> str:
    """Return what was measured, with its side."""
    name, side = measure_word(shown.known, shown.measure), side_word(shown.side)
    if not side or side_in(shown.measure):
        return name
    return f"{side}{name}" if in_chinese() else f"{name}, {side}"


def measured_words(shown: Shown) -> str:
    """Return a value with its unit: as typed, or as precise as marks on an image are."""
    if shown.source == "typed":
        return value_words(shown.value, shown.unit)
    if shown.unit in _IN_TENTHS and abs(shown.value) < _IN_WHOLES_FROM:
        return value_words(round(shown.value, 1), shown.unit)
    return value_words(float(f"{shown.value:.3g}"), shown.unit)


def centile_number(centile: float) -> str:
    """Return a centile; one decimal near the ends, where a whole one says too little.

    Examples
    --------
    >>> centile_number(74.2), centile_number(97.66), centile_number(99.97)
    ('74', '97.7', '>99.9')
    """
    if centile < 0.1:
        return "<0.1"
    if centile > 99.9:
        return ">99.9"
    return f"{centile:.1f}" if centile < 3 or centile > 97 else f"{centile:.0f}"


def centile_words(score: Score) -> str:
    """Return the centile with its interval, or between which printed ones the value lies."""
    if score.centile is not None:
        place = f"P{centile_number(score.centile)}"
        if score.centile_interval is None:
            return place
        low, high = (centile_number(one) for one in score.centile_interval)
        return f"{place} ({low}–{high})" if not in_chinese() else f"{place}（{low}–{high}）"
    if score.between is not None:
        low, high = score.between
        if low <= 0:
            return _("below P%(high)s") % {"high": f"{high:g}"}
        if high >= 100:
            return _("above P%(low)s") % {"low": f"{low:g}"}
        return f"P{low:g}–P{high:g}"
    if score.position is Position.NOT_SAID and score.expected is not None:
        expected = value_words(float(f"{score.expected:.3g}"), score.unit)
        return _("expected %(value)s") % {"value": expected}
    return position_words(score)


def position_words(score: Score) -> str:
    """Return where a value lies against the norm's limits."""
    return {
        Position.BELOW: _("below the limits"),
        Position.WITHIN: _("within the limits"),
        Position.ABOVE: _("above the limits"),
        Position.NOT_SAID: "",
    }[score.position]


def z_words(score: Score) -> str:
    """Return the z score with its sign, or nothing."""
    return "" if score.z is None else f"z {score.z:+.2f}"


def limits_words(score: Score) -> str:
    """Return the norm's limits with the unit, or nothing."""
    low, high = score.low, score.high
    if low is not None and high is not None:
        return f"{low:.4g}–{value_words(float(f'{high:.4g}'), score.unit)}"
    if high is not None:
        return f"≤ {value_words(float(f'{high:.4g}'), score.unit)}"
    if low is not None:
        return f"≥ {value_words(float(f'{low:.4g}'), score.unit)}"
    return ""


def population_words(norm: Norm | None, score: Score) -> str:
    """Return the norm's population in the reader's language."""
    if norm is None:
        return score.population
    return norm.population.chinese if in_chinese() else norm.population.english


def opinion_sentence(shown: Shown) -> str:
    """Return a measurement in one sentence, to stand in an opinion."""
    day = shown.measured_on.isoformat()
    what = {
        "name": name_of(shown),
        "value": measured_words(shown),
        "day": day,
    }
    score = shown.score
    if score is None:
        why = said(shown.refused.sentence) if shown.refused else ""
        return _("%(name)s %(value)s (%(day)s); not scored: %(why)s") % {**what, "why": why}
    parts = [centile_words(score), z_words(score)]
    if score.centile_interval is not None:
        parts.append(_("in brackets the 90 % interval"))
    if score.z is None and limits_words(score):
        parts.append(_("limits %(limits)s") % {"limits": limits_words(score)})
    source = [population_words(shown.norm, score)]
    if score.n_near is not None:
        source.append(f"n={number_format(score.n_near)}")
    if score.foreign:
        source.append(_("foreign population"))
    if not score.signed_off:
        source.append(_("needs sign-off"))
    comma = _(", ")
    sentence = _("%(name)s %(value)s (%(day)s): %(place)s. Reference: %(norm)s (%(source)s).") % {
        **what,
        "place": comma.join(part for part in parts if part),
        "norm": score.norm,
        "source": comma.join(source),
    }
    doubts = {one.code: one.sentence for one in (*score.caveats, *shown.caveats)}
    return " ".join([sentence, *(said(one) for one in doubts.values())])


def change_words(change: Change) -> str:
    """Return how much a value changed between two days, and how much that is in a year."""
    unit = change.later.unit
    moved = value_words(float(f"{abs(change.value_change):.3g}"), unit)
    sign = "+" if change.value_change >= 0 else "−"
    yearly = value_words(float(f"{abs(change.per_year):.3g}"), unit)
    return _("%(moved)s (%(yearly)s a year)") % {
        "moved": f"{sign}{moved}",
        "yearly": f"{sign}{yearly}",
    }
