"""Studies made for the gate: seeded, at the edges of cards, with unknowns and contradictions.

A study is made to fit one card; then up to four of its facts are spoilt. Whether a card admits it
is for an oracle to say: nothing here knows.
"""

from __future__ import annotations

import dataclasses
import math
import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from tongying.ai.card.definition import ModelCard, Span
from tongying.dicom.acquisition.facts import BodyPart, ChildFacts, SeriesFacts, StudyFacts
from tongying.kernel.caveat import Caveat
from tongying.norms.sex import Sex

STUDY_DATE = date(2026, 3, 1)
CHILD_CONTRADICTIONS = (
    "facts.age-contradicts-birth-date",
    "facts.born-after-study",
    "facts.several-birth-dates",
    "facts.several-ages",
    "facts.several-study-dates",
    "facts.several-weights",
    "facts.several-sexes",
    "facts.several-children",
)
SERIES_CONTRADICTIONS = (
    "facts.modality-contradicts-class",
    "facts.body-part-contradicted",
    "facts.sequence-contradicts-label",
    "facts.sequences-mixed",
    "facts.contrast-contradicted",
)
HARMLESS = ("facts.age-unreadable", "facts.slices-missing", "facts.lossy")
MAKERS = ("siemens", "ge", "philips", "canon", "united-imaging", "mindray", "acme")
KERNELS = ("B31f", "B70f", "Br40d\\3", "SOFT", "BONE", "STANDARD", "standard", "I30f\\3")
SPANS = (
    ("slice_thickness_mm", 1.0),
    ("slice_spacing_mm", 1.0),
    ("pixel_mm", 0.6),
    ("field_strength_t", 1.5),
    ("kvp", 100.0),
)


@dataclass(frozen=True, slots=True)
class MadeStudy:
    """A study and whether an earlier one of the child is at hand."""

    number: int
    facts: StudyFacts
    has_prior: bool


def made_studies(
    cards: Sequence[ModelCard], *, count: int = 500, seed: int = 20260301
) -> tuple[MadeStudy, ...]:
    """Return studies around the edges of cards; the same for the same arguments."""
    rng = random.Random(seed)
    return tuple(_study(rng, rng.choice(cards), number) for number in range(count))


def _study(rng: random.Random, card: ModelCard, number: int) -> MadeStudy:
    child = _child(rng, card)
    series = [_series(rng, card, f"1.2.{number}.1")]
    caveats: list[str] = []
    for _ in range(rng.choice((0, 0, 1, 1, 2, 4))):
        if rng.random() < 0.35:
            child, more = _spoil_child(rng, card, child)
            caveats += more
        else:
            series[0] = _spoil_series(rng, card, series[0])
    for extra in range(rng.choice((0, 0, 0, 1, 2))):
        other = _series(rng, rng.choice((card, card)), f"1.2.{number}.{extra + 2}")
        series.append(_spoil_series(rng, card, other) if rng.random() < 0.8 else other)
    if rng.random() < 0.03:
        series = []
    if rng.random() < 0.1:
        caveats.append(rng.choice(HARMLESS))
    rng.shuffle(series)
    facts = StudyFacts(
        uid=f"1.2.{number}",
        study_date=STUDY_DATE,
        child=child,
        series=tuple(series),
        caveats=tuple(_caveat(one) for one in dict.fromkeys(caveats)),
    )
    return MadeStudy(number, facts, rng.random() < 0.5)


def _caveat(code: str) -> Caveat:
    return Caveat(code, f"The headers disagree ({code}).")


def _within(rng: random.Random, span: Span | None, usual: float) -> float:
    """Return a value within a span, at an end of it as often as inside."""
    if span is None:
        return usual
    low = span.low if span.low is not None else min(usual, span.high or usual) * 0.5
    high = span.high if span.high is not None else max(usual, low) * 1.5
    return rng.choice((low, high, round((low + high) / 2, 3)))


def _about(rng: random.Random, span: Span | None, usual: float) -> float:
    """Return a value just inside, at or just outside an end of a span, or far away."""
    ends = [one for one in ((span.low, span.high) if span else ()) if one is not None]
    if not ends:
        return usual * rng.choice((0.1, 1, 10))
    end = rng.choice(ends)
    return max(rng.choice((end, end * 0.999, end * 1.001, end * 0.2, end * 5)), 0.001)


def _aged(days: int, rng: random.Random) -> ChildFacts:
    years = int(days / 365.25)
    stated = (math.floor(years * 365.25), math.ceil((years + 1) * 365.25) - 1)
    return ChildFacts(
        birth_date=STUDY_DATE - timedelta(days=days),
        age_days=days,
        stated_age_days=rng.choice((stated, None)),
    )


def _child(rng: random.Random, card: ModelCard) -> ChildFacts:
    ages = card.scope.age_days
    days = int(_within(rng, ages, 2500))
    return dataclasses.replace(
        _aged(days, rng),
        sex=rng.choice(sorted(card.scope.sexes or set(Sex))),
        weight_kg=_within(rng, card.scope.weight_kg, 20.0),
    )


def _spoil_child(
    rng: random.Random, card: ModelCard, child: ChildFacts
) -> tuple[ChildFacts, list[str]]:
    ages = card.scope.age_days
    ends = [int(one) for one in (ages.low, ages.high) if one is not None] or [2500]
    match rng.randrange(9):
        case 0 | 1:
            edge = max(rng.choice(ends) + rng.choice((-1, 0, 1)), 0)
            aged = _aged(edge, rng)
            return dataclasses.replace(aged, sex=child.sex, weight_kg=child.weight_kg), []
        case 2:
            return dataclasses.replace(child, birth_date=None, age_days=None), []
        case 3:
            low = max(rng.choice(ends) + rng.choice((-400, -30, -1, 0, 1, 30, 400)), 0)
            stated = (low, low + rng.choice((0, 30, 365)))
            return (
                dataclasses.replace(child, birth_date=None, age_days=None, stated_age_days=stated),
                [],
            )
        case 4:
            return (
                dataclasses.replace(child, birth_date=None, age_days=None, stated_age_days=None),
                [],
            )
        case 5:
            return dataclasses.replace(child, sex=rng.choice((None, Sex.MALE, Sex.FEMALE))), []
        case 6:
            return dataclasses.replace(child, weight_kg=None), []
        case 7:
            weight = _about(rng, card.scope.weight_kg, 20.0)
            return dataclasses.replace(child, weight_kg=weight), []
    return child, [rng.choice(CHILD_CONTRADICTIONS)]


def _series(rng: random.Random, card: ModelCard, uid: str) -> SeriesFacts:
    scope = card.scope
    values: dict[str, Any] = {
        name: _within(rng, getattr(scope, name), usual) for name, usual in SPANS
    }
    contrasts = sorted(scope.contrasts) if scope.contrasts else ["with", "without"]
    kernel = rng.choice(scope.kernels).replace("*", "1f") if scope.kernels else "B31f"
    return SeriesFacts(
        uid=uid,
        modality=scope.modality or rng.choice(("CT", "MR", "US")),
        body_parts=frozenset(
            {BodyPart(rng.choice(sorted(scope.body_parts or {"chest", "abdomen"})))}
        ),
        sequence=rng.choice(sorted(scope.sequences or {"t1", "t2"})),
        plane=rng.choice(sorted(scope.planes or {"axial", "coronal"})),
        kernel=rng.choice((kernel, kernel.upper(), kernel.lower())),
        images=int(_within(rng, scope.images, 120)),
        manufacturer=rng.choice(sorted(scope.manufacturers or {"siemens", "ge"})),
        contrast=rng.choice(contrasts) == "with",
        **values,
    )


def _spoil_series(rng: random.Random, card: ModelCard, series: SeriesFacts) -> SeriesFacts:
    name, usual = rng.choice(SPANS)
    spoilt: dict[str, Any]
    match rng.randrange(14):
        case 0 | 1:
            spoilt = {name: _about(rng, getattr(card.scope, name), usual)}
        case 2:
            spoilt = {name: None}
        case 3:
            spoilt = {"images": max(int(_about(rng, card.scope.images, 120)), 0)}
        case 4:
            spoilt = {"modality": rng.choice(("CT", "MR", "US", "PT", "DX", "SR", ""))}
        case 5:
            parts = rng.sample(sorted(BodyPart), rng.choice((0, 1, 2)))
            spoilt = {"body_parts": frozenset(parts)}
        case 6:
            spoilt = {"sequence": rng.choice((None, "t1", "t2", "flair", "other", "adc"))}
        case 7:
            spoilt = {"plane": rng.choice((None, "axial", "sagittal", "oblique"))}
        case 8:
            spoilt = {"kernel": rng.choice((None, *KERNELS))}
        case 9:
            spoilt = {"manufacturer": rng.choice((None, *MAKERS))}
        case 10:
            spoilt = {"contrast": rng.choice((None, True, False))}
        case 11:
            spoilt = {"original": False, "localizer": rng.random() < 0.3}
        case 12:
            spoilt = {"localizer": True}
        case _:
            codes = rng.sample((*SERIES_CONTRADICTIONS, *HARMLESS), rng.choice((1, 1, 2)))
            spoilt = {"caveats": tuple(_caveat(one) for one in codes)}
    return dataclasses.replace(series, **spoilt)
