"""What the gate must answer, said a second time by hand from the text of a card.

Nothing of the gate, of the card's reader or of its catalogue is used here: the text is taken apart
as plain YAML, the rules are those that docs/model-cards.md promises and the docstrings of facts and
admission state.

An expectation is a set of pairs (criterion, fault). The documents do not say how large a voxel is
whose spacing is unknown; there any of the series that are level is accepted.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from itertools import pairwise
from math import ceil
from typing import Any

import yaml

from tongying.ai.gate.admission import Admission
from tongying.dicom.acquisition.facts import ChildFacts, SeriesFacts, StudyFacts

Reason = tuple[str, str]

OUTSIDE, UNKNOWN, CONTRADICTED = "outside", "unknown", "contradicted"
CHILD_KEYS = ("ages", "weight-kg", "sexes")
DAYS = {
    "day": Fraction(1),
    "week": Fraction(7),
    "month": Fraction(1461, 48),
    "year": Fraction(1461, 4),
}
# What each contradiction makes doubtful. Several children in one study leave nothing certain about
# any of them, different study dates no age.
DOUBTS = {
    "age": {
        "facts.age-contradicts-birth-date",
        "facts.born-after-study",
        "facts.several-birth-dates",
        "facts.several-ages",
        "facts.several-study-dates",
        "facts.several-children",
    },
    "weight": {"facts.several-weights", "facts.several-children"},
    "sex": {"facts.several-sexes", "facts.several-children"},
    "modality": {"facts.modality-contradicts-class"},
    "body-part": {"facts.body-part-contradicted"},
    "sequence": {"facts.sequence-contradicts-label", "facts.sequences-mixed"},
    "contrast": {"facts.contrast-contradicted"},
}
NUMBERS = {
    "slice-thickness": ("slice-thickness-mm", "slice_thickness_mm"),
    "slice-spacing": ("slice-spacing-mm", "slice_spacing_mm"),
    "pixel": ("pixel-mm", "pixel_mm"),
    "field-strength": ("field-strength-t", "field_strength_t"),
    "kvp": ("kvp", "kvp"),
    "images": ("images", "images"),
}
NAMES = {
    "modality": ("modality", "modality"),
    "sequence": ("sequences", "sequence"),
    "plane": ("planes", "plane"),
    "manufacturer": ("manufacturers", "manufacturer"),
}
ORDER = (
    "age", "weight", "sex", "modality", "body-part", "sequence", "plane", "kernel",
    "slice-thickness", "slice-spacing", "pixel", "field-strength", "kvp", "images", "manufacturer",
    "contrast", "original", "prior",
)  # fmt: skip
"""In which reasons are told."""


@dataclass(frozen=True)
class Expected:
    """What must come out.

    Attributes
    ----------
    child : set of Reason
        Of the child and the prior; always told.
    nearest : list of set of Reason
        Of the series that came nearest; several where the documents leave open which.
    fitting : list of SeriesFacts
        Series that fit.
    about_images : bool
        Whether the card asks anything of a series. One that does not (only allowed for flags and
        text, such as advice before there is an image) speaks about the study and needs none; but
        derived series and localizers are still not handed to it.
    """

    child: frozenset[Reason]
    nearest: tuple[frozenset[Reason], ...]
    fitting: tuple[SeriesFacts, ...]
    about_images: bool

    @property
    def admitted(self) -> bool:
        return not self.child and (bool(self.fitting) or not self.about_images)


def expected(text: str, facts: StudyFacts, *, has_prior: bool) -> Expected:
    """Say what the gate must answer about a card and a study."""
    card = _taken_apart(text)
    scope = card["scope"]
    child = set(_child(scope, facts.child, {one.code for one in facts.caveats}))
    if card.get("needs-prior") is True and not has_prior:
        child.add(("prior", UNKNOWN))
    reasons = {series.uid: frozenset(_series(scope, series)) for series in facts.series}
    about_images = any(scope[key] != "any" for key in scope if key not in CHILD_KEYS)
    if not about_images:
        nearest: tuple[frozenset[Reason], ...] = (frozenset(),)
    elif not facts.series:
        nearest = (frozenset({("modality", UNKNOWN)}),)
    else:
        nearest = _nearest(scope, facts.series, reasons)
    return Expected(
        child=frozenset(child),
        nearest=nearest,
        fitting=tuple(series for series in facts.series if not reasons[series.uid]),
        about_images=about_images,
    )


def _nearest(
    scope: dict[str, Any],
    series: tuple[SeriesFacts, ...],
    reasons: dict[str, frozenset[Reason]],
) -> tuple[frozenset[Reason], ...]:
    """Return the reasons of the series that came nearest; several where sizes are not known."""

    def distance(one: SeriesFacts) -> tuple[bool, int, int]:
        other = scope["modality"] not in ("any", one.modality)
        return other, len(reasons[one.uid]), -one.images

    least = min(distance(one) for one in series)
    level = [one for one in series if distance(one) == least]
    sizes = [_voxel(one) for one in level]
    if None not in sizes:
        smallest = [one for one, size in zip(level, sizes, strict=True) if size == min(sizes)]
        level = [min(smallest, key=lambda one: one.uid)]
    return tuple(reasons[one.uid] for one in level)


@cache
def _taken_apart(text: str) -> dict[str, Any]:
    card: dict[str, Any] = yaml.safe_load(text)
    return card


def disagreement(want: Expected, answer: Admission) -> str:
    """Return what is wrong with an answer; empty where nothing is."""
    told = [(one.criterion.value, one.fault.value) for one in answer.refusals]
    if answer.admitted != want.admitted:
        return f"admitted {answer.admitted}, must be {want.admitted}: {told} against {want}"
    if not answer.admitted:
        if answer.series:
            return "a refusal names series"
        if [ORDER.index(name) for name, _ in told] != sorted(ORDER.index(name) for name, _ in told):
            return f"reasons out of order: {told}"
        if not any(sorted(told) == sorted(want.child | series) for series in want.nearest):
            return f"reasons {sorted(told)}, must be {sorted(want.child)} and one of {want.nearest}"
        return _words(answer)
    if sorted(answer.series) != sorted(one.uid for one in want.fitting):
        return f"series {answer.series} of {[one.uid for one in want.fitting]}"
    return _order(answer.series, {one.uid: one for one in want.fitting})


def _words(answer: Admission) -> str:
    for one in answer.refusals:
        if not one.english.endswith(".") or not one.chinese.endswith("。"):
            return f"no sentence: {one.english!r} {one.chinese!r}"
        if one.code != f"ai.{one.criterion.value}-{one.fault.value}":
            return f"code {one.code}"
    return ""


def _order(uids: tuple[str, ...], series: dict[str, SeriesFacts]) -> str:
    """Best first: most images, then smallest voxels, then UID."""
    for one, two in pairwise(uids):
        first, second = series[one], series[two]
        if first.images != second.images:
            if first.images < second.images:
                return f"{two} has more images than {one}"
            continue
        sizes = [_voxel(first), _voxel(second)]
        if None in sizes:
            continue
        if sizes[0] > sizes[1] * (1 + 1e-9):
            return f"{two} has smaller voxels than {one}"
        if sizes[0] == sizes[1] and one > two:
            return f"{two} comes before {one}"
    return ""


def _voxel(series: SeriesFacts) -> float | None:
    if series.pixel_mm is None or series.slice_spacing_mm is None:
        return None
    return series.pixel_mm**2 * series.slice_spacing_mm


def _child(scope: dict[str, Any], child: ChildFacts, caveats: set[str]) -> list[Reason]:
    reasons: list[Reason] = []
    if scope["ages"] != "any":
        first, last = _days(scope["ages"])
        if caveats & DOUBTS["age"]:
            reasons.append(("age", CONTRADICTED))
        elif child.age_days is not None:
            if not first <= child.age_days <= last:
                reasons.append(("age", OUTSIDE))
        elif child.stated_age_days is None:
            reasons.append(("age", UNKNOWN))
        else:
            low, high = child.stated_age_days
            if high < first or low > last:
                reasons.append(("age", OUTSIDE))
            elif low < first or high > last:
                reasons.append(("age", UNKNOWN))
    if scope["weight-kg"] != "any":
        if caveats & DOUBTS["weight"]:
            reasons.append(("weight", CONTRADICTED))
        else:
            reasons += _number("weight", scope["weight-kg"], child.weight_kg)
    if scope["sexes"] != "any":
        if caveats & DOUBTS["sex"]:
            reasons.append(("sex", CONTRADICTED))
        elif child.sex is None:
            reasons.append(("sex", UNKNOWN))
        elif child.sex.value not in scope["sexes"]:
            reasons.append(("sex", OUTSIDE))
    return reasons


def _series(scope: dict[str, Any], series: SeriesFacts) -> list[Reason]:
    caveats = {one.code for one in series.caveats}
    reasons: list[Reason] = []
    for criterion, (key, name) in NAMES.items():
        if scope[key] == "any":
            continue
        allowed = [scope[key]] if isinstance(scope[key], str) else scope[key]
        value = getattr(series, name)
        if caveats & DOUBTS.get(criterion, set()):
            reasons.append((criterion, CONTRADICTED))
        elif not value:
            reasons.append((criterion, UNKNOWN))
        elif str(value) not in allowed:
            reasons.append((criterion, OUTSIDE))
    if scope["body-parts"] != "any":
        parts = {one.value for one in series.body_parts}
        if caveats & DOUBTS["body-part"]:
            reasons.append(("body-part", CONTRADICTED))
        elif not parts:
            reasons.append(("body-part", UNKNOWN))
        elif not parts & set(scope["body-parts"]):
            reasons.append(("body-part", OUTSIDE))
    if scope["kernels"] != "any":
        if series.kernel is None:
            reasons.append(("kernel", UNKNOWN))
        elif not any(_matches(one, series.kernel) for one in scope["kernels"]):
            reasons.append(("kernel", OUTSIDE))
    for criterion, (key, name) in NUMBERS.items():
        if scope[key] != "any":
            reasons += _number(criterion, scope[key], getattr(series, name))
    if scope["contrasts"] != "any":
        if caveats & DOUBTS["contrast"]:
            reasons.append(("contrast", CONTRADICTED))
        elif series.contrast is None:
            reasons.append(("contrast", UNKNOWN))
        elif ("with" if series.contrast else "without") not in scope["contrasts"]:
            reasons.append(("contrast", OUTSIDE))
    if not series.original or series.localizer:
        reasons.append(("original", OUTSIDE))
    return reasons


def _number(criterion: str, told: dict[str, float], value: float | None) -> list[Reason]:
    if value is None:
        return [(criterion, UNKNOWN)]
    low, high = told.get("from"), told.get("to")
    if (low is not None and value < float(low)) or (high is not None and value > float(high)):
        return [(criterion, OUTSIDE)]
    return []


def _days(told: dict[str, str]) -> tuple[float, float]:
    """Return the first day that is inside, and the last."""
    first = 0.0 if "from" not in told else float(_first_day(told["from"]))
    last = float("inf") if "to" not in told else float(_first_day(told["to"]) - 1)
    return first, last


def _first_day(words: str) -> int:
    number, unit = words.split()
    return ceil(Fraction(number) * DAYS[unit.removesuffix("s")])


def _matches(pattern: str, kernel: str) -> bool:
    parts = [re.escape(part) for part in pattern.lower().split("*")]
    return re.fullmatch(".*".join(parts), kernel.lower(), flags=re.DOTALL) is not None
