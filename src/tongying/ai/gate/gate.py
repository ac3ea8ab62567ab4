"""The gate: which child and images a model may speak about, by its card and the real headers."""

from __future__ import annotations

import math
from collections.abc import Iterable
from fnmatch import fnmatchcase

from tongying.ai.card.definition import Contrast, ModelCard, Scope, Span
from tongying.ai.gate.admission import CONTRADICTIONS, Admission, Criterion, Refusal
from tongying.ai.gate.category_words import category_words, listed_words
from tongying.ai.gate.reasons import (
    age_words,
    ages_words,
    contradicted,
    derived,
    no_series,
    number_words,
    outside,
    span_words,
    unknown,
)
from tongying.dicom.acquisition.facts import ChildFacts, SeriesFacts, StudyFacts
from tongying.kernel.caveat import Caveat

AGE_AS_STATED = Caveat(
    "ai.age-as-stated",
    "The birth date is not known; the age is the one that the header states.",
)
_OPEN = Span(None, None)


def admit(card: ModelCard, facts: StudyFacts, *, has_prior: bool = False) -> Admission:
    """Say whether a model may speak about a study.

    Parameters
    ----------
    card : ModelCard
    facts : StudyFacts
    has_prior : bool, optional
        Whether an earlier study of the child is at hand.

    Returns
    -------
    Admission
        As `tongying.ai.gate.admission` defines it: every reason, the child's first.
    """
    scope = card.scope
    child = _of_child(scope, facts)
    held = [(one, _of_series(scope, one)) for one in facts.series]
    fitting = sorted((one for one, reasons in held if not reasons), key=_best_first)
    series = _nearest(scope, held) if not fitting else []
    prior = [unknown(Criterion.PRIOR, ("", ""))] if card.needs_prior and not has_prior else []
    refusals = (*child, *series, *prior)
    if refusals:
        return Admission(card.id, card.version, (), refusals)
    return Admission(
        card.id,
        card.version,
        tuple(one.uid for one in fitting),
        (),
        _doubts(scope, facts, fitting[:1]),
    )


def admit_all(
    cards: Iterable[ModelCard], facts: StudyFacts, *, has_prior: bool = False
) -> tuple[Admission, ...]:
    """Say of each model whether it may speak about a study.

    Parameters
    ----------
    cards : iterable of ModelCard
    facts : StudyFacts
    has_prior : bool, optional
    """
    return tuple(admit(card, facts, has_prior=has_prior) for card in cards)


def asks_for_series(scope: Scope) -> bool:
    """Say whether a card asks anything of a series, or speaks about the study alone."""
    return any(
        one is not None
        for one in (
            scope.modality,
            scope.body_parts,
            scope.sequences,
            scope.planes,
            scope.kernels,
            _closed(scope.slice_thickness_mm),
            _closed(scope.slice_spacing_mm),
            _closed(scope.pixel_mm),
            _closed(scope.field_strength_t),
            _closed(scope.kvp),
            _closed(scope.images),
            scope.manufacturers,
            scope.contrasts,
        )
    )


def _closed(span: Span | None) -> Span | None:
    return None if span == _OPEN else span


def _of_child(scope: Scope, facts: StudyFacts) -> list[Refusal]:
    child, against = facts.child, _contradictions(facts.caveats)
    found = [_age(scope.age_days, child, against)]
    found.append(_number(Criterion.WEIGHT, scope.weight_kg, child.weight_kg, against))
    sexes = None if scope.sexes is None else frozenset(one.value for one in scope.sexes)
    sex = None if child.sex is None else frozenset({child.sex.value})
    found.append(_category(Criterion.SEX, sexes, sex, against))
    return [one for one in found if one is not None]


def _of_series(scope: Scope, series: SeriesFacts) -> list[Refusal]:
    against = _contradictions(series.caveats)
    modalities = None if scope.modality is None else frozenset({scope.modality})
    contrasts = None
    if scope.contrasts is not None:
        contrasts = frozenset(one.value for one in scope.contrasts)
    found = [
        _category(Criterion.MODALITY, modalities, _one(series.modality), against),
        _category(Criterion.BODY_PART, scope.body_parts, frozenset(series.body_parts), against),
        _category(Criterion.SEQUENCE, scope.sequences, _one(series.sequence), against),
        _category(Criterion.PLANE, scope.planes, _one(series.plane), against),
        _kernel(scope.kernels, series.kernel),
        _number(
            Criterion.SLICE_THICKNESS, scope.slice_thickness_mm, series.slice_thickness_mm, against
        ),
        _number(Criterion.SLICE_SPACING, scope.slice_spacing_mm, series.slice_spacing_mm, against),
        _number(Criterion.PIXEL, scope.pixel_mm, series.pixel_mm, against),
        _number(Criterion.FIELD_STRENGTH, scope.field_strength_t, series.field_strength_t, against),
        _number(Criterion.KVP, scope.kvp, series.kvp, against),
        _number(Criterion.IMAGES, scope.images, float(series.images), against),
        _category(Criterion.MANUFACTURER, scope.manufacturers, _one(series.manufacturer), against),
        _category(Criterion.CONTRAST, contrasts, _contrast(series.contrast), against),
    ]
    if series.localizer or not series.original:
        found.append(derived(localizer=series.localizer))
    return [one for one in found if one is not None]


def _contradictions(caveats: Iterable[Caveat]) -> dict[Criterion, str]:
    """Return the first sentence against each criterion."""
    found: dict[Criterion, str] = {}
    for caveat in caveats:
        for criterion in CONTRADICTIONS.get(caveat.code, ()):
            found.setdefault(criterion, caveat.sentence)
    return found


def _age(span: Span, child: ChildFacts, against: dict[Criterion, str]) -> Refusal | None:
    if span == _OPEN:
        return None
    asked = ages_words(span)
    if Criterion.AGE in against:
        return contradicted(Criterion.AGE, against[Criterion.AGE], asked)
    if child.age_days is not None:
        if span.holds(child.age_days):
            return None
        return outside(Criterion.AGE, age_words(child.age_days), asked)
    if child.stated_age_days is None:
        return unknown(Criterion.AGE, asked)
    low, high = child.stated_age_days
    if span.holds(low) and span.holds(high):
        return None
    apart = (span.low is not None and high < span.low) or (
        span.high is not None and low > span.high
    )
    return outside(Criterion.AGE, age_words(low), asked) if apart else unknown(Criterion.AGE, asked)


def _number(
    criterion: Criterion, span: Span | None, value: float | None, against: dict[Criterion, str]
) -> Refusal | None:
    if span is None or span == _OPEN:
        return None
    asked = span_words(criterion, span)
    if criterion in against:
        return contradicted(criterion, against[criterion], asked)
    if value is None:
        return unknown(criterion, asked)
    return None if span.holds(value) else outside(criterion, number_words(criterion, value), asked)


def _category(
    criterion: Criterion,
    listed: frozenset[str] | None,
    found: frozenset[str] | None,
    against: dict[Criterion, str],
) -> Refusal | None:
    if listed is None:
        return None
    asked = listed_words(listed)
    if criterion in against:
        return contradicted(criterion, against[criterion], asked)
    if not found:
        return unknown(criterion, asked)
    return None if listed & found else outside(criterion, category_words(found), asked)


def _kernel(patterns: tuple[str, ...] | None, kernel: str | None) -> Refusal | None:
    if patterns is None:
        return None
    asked = (" or ".join(patterns), " 或 ".join(patterns))
    if kernel is None:
        return unknown(Criterion.KERNEL, asked)
    if any(fnmatchcase(kernel.lower(), one.lower()) for one in patterns):
        return None
    return outside(Criterion.KERNEL, (kernel[:40], kernel[:40]), asked)


def _one(value: str | None) -> frozenset[str] | None:
    return frozenset({value}) if value else None


def _contrast(value: bool | None) -> frozenset[str] | None:
    if value is None:
        return None
    return frozenset({(Contrast.WITH if value else Contrast.WITHOUT).value})


def _nearest(scope: Scope, held: list[tuple[SeriesFacts, list[Refusal]]]) -> list[Refusal]:
    if not asks_for_series(scope):
        return []
    if not held:
        return [no_series(scope.modality)]
    _, reasons = min(
        held,
        key=lambda one: (
            scope.modality is not None and one[0].modality != scope.modality,
            len(one[1]),
            _best_first(one[0]),
        ),
    )
    return reasons


def _best_first(series: SeriesFacts) -> tuple[int, float, str]:
    voxel = math.inf
    if series.pixel_mm is not None and series.slice_spacing_mm is not None:
        voxel = series.pixel_mm**2 * series.slice_spacing_mm
    return -series.images, voxel, series.uid


def _doubts(scope: Scope, facts: StudyFacts, first: list[SeriesFacts]) -> tuple[Caveat, ...]:
    found = [*facts.caveats, *(caveat for one in first for caveat in one.caveats)]
    if scope.age_days != _OPEN and facts.child.age_days is None:
        found.append(AGE_AS_STATED)
    return tuple(dict.fromkeys(found))
