"""The experts of a plan as arrays: who may take which case, and at what price.

A crew is built once for a tuple of experts and kept while that very tuple is asked about, because
a plan is made on every event and its experts seldom change.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from datetime import date, datetime
from typing import TypeVar, cast

import numpy as np

from tongying.consult.eligibility import OpenCase, Policy
from tongying.consult.expert import Expert
from tongying.consult.lateness import Floats, moments
from tongying.consult.prices import (
    DUTY_UNKNOWN_PRICE,
    FAIRNESS_PRICE,
    FAIRNESS_SPAN,
    LICENCE_UNKNOWN_PRICE,
    MODALITY_UNKNOWN_PRICE,
    MOVE_PRICE,
    SPECIALTY_UNKNOWN_PRICE,
)
from tongying.consult.roster import Roster
from tongying.consult.watch import Mask, Watch, minutes_of, watch_of

Kept = TypeVar("Kept")

CREWS_KEPT = 8
MASKS_KEPT = 4096


class Crew:
    """The experts of a plan in the order of their ids, as arrays.

    Parameters
    ----------
    experts : tuple of Expert
        In any order.
    """

    def __init__(self, experts: tuple[Expert, ...]) -> None:
        self.experts = tuple(sorted(experts, key=lambda one: one.id))
        self.ids = tuple(one.id for one in self.experts)
        self.column = {member: column for column, member in enumerate(self.ids)}
        self.centre = np.log([one.pace.median_minutes for one in self.experts])
        self.spread = np.array([one.pace.sigma for one in self.experts], dtype=np.float64)
        self.mean, self.variance = moments(self.centre, self.spread)
        self.cap = _bounds([one.load_cap for one in self.experts], np.inf)
        self.capped = bool(np.isfinite(self.cap).any())
        self._youngest = _bounds([one.age_from_days for one in self.experts], -np.inf)
        self._oldest = _bounds([one.age_until_days for one in self.experts], np.inf)
        self._ages = bool(np.isfinite(self._youngest).any() or np.isfinite(self._oldest).any())
        self._no_specialty = self._mask(lambda one: not one.specialties)
        self._standing = (
            _fairness(np.array([one.recent_minutes for one in self.experts]))
            + LICENCE_UNKNOWN_PRICE * self._mask(lambda one: one.licence is None)
            + MODALITY_UNKNOWN_PRICE * self._mask(lambda one: not one.modalities)
        )
        self._masks: dict[Hashable, Mask] = {}
        self._watch: tuple[Roster, Watch] | None = None
        self._kept: dict[Hashable, object] = {}

    def may_take(self, case: OpenCase, day: date, policy: Policy) -> Mask:
        """Return for each expert whether nothing but duty and load stands against a case.

        The twin of `eligibility.obstacles` without `OFF_DUTY`, `ON_CALL_ONLY` and `LOAD`, and
        tested against it.
        """
        key = (case.asking, case.specialty, case.modalities, day, policy.credentials_required)
        mask = self._masks.get(key)
        if mask is None:
            if len(self._masks) >= MASKS_KEPT:
                self._masks.clear()
            mask = self._mask(lambda one: _fits(one, case, day, policy))
            self._masks[key] = mask
        if self._ages and case.age_days is not None:
            mask = mask & (self._youngest <= case.age_days) & (case.age_days <= self._oldest)
        declined = [self.column[one] for one in case.declined if one in self.column]
        if declined:
            mask = mask.copy()
            mask[declined] = False
        return mask

    def standing_price(self, watch: Watch) -> Floats:
        """Return what any case costs with each expert beside time: fairness and doubts."""
        price: Floats = self._standing + DUTY_UNKNOWN_PRICE * ~watch.known
        return price

    def case_prices(self, cases: Sequence[OpenCase]) -> Floats | None:
        """Return what each case (rows) costs with each expert for what it is; None for nothing.

        A case that names its field costs more with an expert whose fields are unknown, and one that
        is assigned already costs more with anybody else.
        """
        doubtful = bool(self._no_specialty.any())
        if not doubtful and all(case.assignee is None for case in cases):
            return None
        price = np.zeros((len(cases), len(self.ids)))
        for row, case in enumerate(cases):
            if doubtful and case.specialty is not None:
                price[row] += SPECIALTY_UNKNOWN_PRICE * self._no_specialty
            if case.assignee is not None:
                price[row] += MOVE_PRICE
                if case.assignee in self.column:
                    price[row, self.column[case.assignee]] -= MOVE_PRICE
        return price

    def watch(self, roster: Roster, now: datetime) -> Watch:
        """Return when each expert is at work, seen from a moment."""
        if self._watch is not None:
            kept, watch = self._watch
            if kept is roster and watch.since <= minutes_of(now) < watch.until:
                return watch
        watch = watch_of(roster, self.ids, now)
        self._watch = roster, watch
        self._kept.clear()
        return watch

    def kept(self, watch: Watch, key: Hashable, make: Callable[[], Kept]) -> Kept:
        """Return what is computed from the crew and a view of the roster, made once for a key."""
        if self._watch is None or self._watch[1] is not watch:
            return make()
        found = self._kept.get(key)
        if found is None:
            found = self._kept[key] = make()
        return cast("Kept", found)

    def _mask(self, rule: Callable[[Expert], bool]) -> Mask:
        return np.array([rule(one) for one in self.experts], dtype=np.bool_)


_crews: dict[int, tuple[tuple[Expert, ...], Crew]] = {}


def crew_of(experts: tuple[Expert, ...]) -> Crew:
    """Return the arrays of a tuple of experts, the same ones while the same tuple is asked about.

    The tuple is kept along with its arrays, so that its identity cannot pass to another one.
    """
    found = _crews.get(id(experts))
    if found is not None and found[0] is experts:
        return found[1]
    if len(_crews) >= CREWS_KEPT:
        _crews.clear()
    crew = Crew(experts)
    _crews[id(experts)] = experts, crew
    return crew


def _fits(expert: Expert, case: OpenCase, day: date, policy: Policy) -> bool:
    if expert.hospital == case.asking:
        return False
    if expert.licence is None:
        if policy.credentials_required:
            return False
    elif not expert.licence.valid_on(day):
        return False
    if (
        expert.specialties
        and case.specialty is not None
        and case.specialty not in expert.specialties
    ):
        return False
    return not expert.modalities or case.modalities <= expert.modalities


def _bounds(values: Sequence[int | None], missing: float) -> Floats:
    return np.array([missing if one is None else float(one) for one in values])


def _fairness(recent: Floats) -> Floats:
    """Return each expert's fairness price, from their recent work against the mean; least is 0."""
    mean = recent.mean() if len(recent) else 0.0
    if mean <= 0:
        return np.zeros(len(recent))
    above: Floats = np.minimum(recent / mean, 1 + FAIRNESS_SPAN)
    return FAIRNESS_PRICE * above
