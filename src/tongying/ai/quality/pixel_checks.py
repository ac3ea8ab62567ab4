"""From the measures of slices to the faults of a series.

Every limit is a project choice from made and a few real studies, and needs sign-off.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import numpy as np

from tongying.ai.answer import Flag
from tongying.ai.quality.kinds import flag
from tongying.ai.quality.slice_measures import SliceMeasures
from tongying.dicom.acquisition.facts import BodyPart, SeriesFacts

NOISE_HU = 60.0
NOISE_PERCENT = 12.0
"""Of the signal of tissue, in MR."""
GHOSTS = 2.2
SPIKE = 5.0
"""In MR; clean images of four series reach 4.1."""
SATURATED_PERCENT = 2.0
AIR_HU: Final = (-1100.0, -880.0)
PADDING_HU = -1200.0
"""Below, the corner was never measured and says nothing of air."""
JUMP = 1.6
ALTERNATING_PERCENT = 10.0
CUT_PERCENT = 20.0
COVERED_PERCENT = 55.0
CHARACTERS = 5
LEAST_SHOWN, LEAST_LEVEL = 0.05, 0.3
"""Share of a slice, and share of the brighter slices' brightness, below which it shows no child."""
_FEW_SLICES = 6


def pixel_flags(facts: SeriesFacts, slices: Sequence[SliceMeasures], damaged: int) -> list[Flag]:
    """Return the faults that pixels show.

    Parameters
    ----------
    facts : SeriesFacts
    slices : sequence of SliceMeasures
        Along the normal of the images.
    damaged : int
        Images that could not be decoded.
    """
    uid = facts.uid
    found = [flag("undecodable", damaged, uid)] if damaged else []
    blank = sum(one.blank for one in slices)
    if blank:
        found.append(flag("image-blank", blank, uid))
    shown = [one for one in slices if not one.blank]
    counts = Counter(one.digest for one in shown)
    if same := sum(count - 1 for count in counts.values()):
        found.append(flag("images-identical", same, uid))
    if facts.modality not in {"CT", "MR"} or not shown:
        return found
    if facts.localizer or not facts.original:
        return found
    lettered = sum(one.characters >= CHARACTERS for one in shown)
    if lettered:
        found.append(flag("text-suspected", lettered, facts.uid))
    cleared = _cleared(facts, shown)
    of_child = [one for one in cleared if one.object_share > 0]
    if of_child:
        found += _whole(facts, of_child)
    if len(of_child) >= _FEW_SLICES and facts.plane is not None:
        found += _along(facts, cleared)
    return found


def _cleared(facts: SeriesFacts, slices: list[SliceMeasures]) -> list[SliceMeasures]:
    """Take the child out of slices that show only noise: by itself none knows how dark it is."""
    if facts.modality != "MR":
        return slices
    usual = float(np.percentile([one.level for one in slices], 75))
    return [
        one if one.level > usual * LEAST_LEVEL else replace(one, object_share=0.0, cut=False)
        for one in slices
    ]


def _whole(facts: SeriesFacts, slices: list[SliceMeasures]) -> list[Flag]:
    found: list[Flag] = []
    noise = _noise(facts, slices)
    if noise is not None and noise > (NOISE_HU if facts.modality == "CT" else NOISE_PERCENT):
        found.append(flag("noise-high", noise, facts.uid))
    ghosts = [one.ghosts for one in slices if one.ghosts is not None]
    if facts.modality == "MR" and ghosts and float(np.median(ghosts)) > GHOSTS:
        found.append(flag("motion", float(np.median(ghosts)), facts.uid))
    spikes = [one.spike for one in slices]
    if facts.modality == "MR" and max(spikes) > SPIKE:
        found.append(flag("spikes", max(spikes), facts.uid))
    full = float(np.median([one.saturated for one in slices])) * 100
    if full > SATURATED_PERCENT:
        found.append(flag("saturated", full, facts.uid))
    air = float(np.median([one.corner for one in slices]))
    if facts.modality == "CT" and air > PADDING_HU and not AIR_HU[0] <= air <= AIR_HU[1]:
        found.append(flag("ct-numbers-off", air, facts.uid))
    cut = 100 * float(np.mean([one.cut for one in slices]))
    if facts.plane == "axial" and cut > CUT_PERCENT:
        found.append(flag("body-truncated", cut, facts.uid))
    return found


def _noise(facts: SeriesFacts, slices: list[SliceMeasures]) -> float | None:
    known = [
        one.noise if facts.modality == "CT" else 100 * one.noise / one.level
        for one in slices
        if one.noise is not None and (facts.modality == "CT" or one.level > 0)
    ]
    return float(np.median(known)) if known else None


def _along(facts: SeriesFacts, slices: list[SliceMeasures]) -> list[Flag]:
    found: list[Flag] = []
    if facts.modality == "MR":
        levels = [one.level for one in slices if one.object_share > LEAST_SHOWN]
        jumps = _jumps(levels)
        if jumps > JUMP:
            found.append(flag("brightness-jumps", jumps, facts.uid))
        alternating = 100 * _alternating(levels)
        if alternating > ALTERNATING_PERCENT:
            found.append(flag("slices-alternate", alternating, facts.uid))
    covered = _covered(facts, slices)
    if covered > COVERED_PERCENT:
        found.append(flag("coverage-short", covered, facts.uid))
    return found


def _jumps(levels: list[float]) -> float:
    """Return by how much a slice differs from the middle of those around it, at most."""
    most = 1.0
    for place in range(2, len(levels) - 2):
        around = [*levels[place - 2 : place], *levels[place + 1 : place + 3]]
        ratio = levels[place] / float(np.median(around))
        most = max(most, ratio, 1 / ratio)
    return most


def _alternating(levels: list[float]) -> float:
    if len(levels) < _FEW_SLICES:
        return 0.0
    logs = np.log(levels)
    bends = logs[1:-1] - (logs[:-2] + logs[2:]) / 2
    signs = np.where(np.arange(bends.size) % 2, -1.0, 1.0)
    return abs(math.expm1(float(np.median(bends * signs))))


def _covered(facts: SeriesFacts, slices: list[SliceMeasures]) -> float:
    """Return how much the outermost slices still show, in per cent of the largest section.

    Of a head it is asked above only: below, the neck goes on.
    """
    if facts.plane != "axial":
        return 0.0
    if BodyPart.CHEST in facts.body_parts and facts.modality == "CT":
        air = [one.enclosed for one in slices]
        return 100 * max(air[0], air[-1]) / max(air) if max(air) > 0 else 0.0
    if facts.body_parts == {BodyPart.HEAD}:
        shares = [one.object_share for one in slices]
        return 100 * shares[-1] / max(shares) if max(shares) > 0 else 0.0
    return 0.0
