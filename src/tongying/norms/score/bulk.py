"""Many values against one norm at once: the same scores as `score`, without its sentences."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import ClassVar, Final

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri, stdtr

from tongying.kernel.errors import BadInput
from tongying.norms.arrays import BoolArray, FloatArray
from tongying.norms.axis import AxisKind
from tongying.norms.distributions.bccg import BCCG
from tongying.norms.distributions.bct import BCT
from tongying.norms.distributions.power import NEAR_ZERO
from tongying.norms.distributions.registry import FAMILIES, family_of
from tongying.norms.forms.form import Distribution
from tongying.norms.forms.parameter_table import ParameterTable, SexTable, Tails
from tongying.norms.measure import in_unit, measure_of
from tongying.norms.norm import Norm
from tongying.norms.score.certainty import of_sex
from tongying.norms.score.row_finder import RowFinder
from tongying.norms.score.score import TOLERANCE
from tongying.norms.sex import Sex

Codes = NDArray[np.uint8]
Words = NDArray[np.str_]

CHUNK: Final = 16384
"""Values at a time: what they need stays in the processor's second cache."""
WHO_STRAIGHT_FROM: Final = 3.0


class BulkRefused(BadInput):
    """Many values cannot be scored at once: unequal arrays, or a norm without a distribution."""

    code: ClassVar[str] = "norms.bulk-refused"


class BulkRefusal(IntEnum):
    """Why one of many values has no score; 0 is none. The order is that of `score`'s checks."""

    NONE = 0
    SEX_REFUSED = 1
    VALUE_IMPOSSIBLE = 2
    SEX_UNKNOWN = 3
    AGE_UNKNOWN = 4
    AGE_OUTSIDE = 5
    SITE_UNCALIBRATED = 6
    TOO_FEW = 7
    BEYOND_TRANSFORM = 8

    @property
    def code(self) -> str:
        """The code that `score` refuses with, or the code of its caveat."""
        return "" if self is BulkRefusal.NONE else f"norms.{self.name.lower().replace('_', '-')}"


@dataclass(frozen=True, slots=True)
class BulkScores:
    """Scores of many values.

    Attributes
    ----------
    z, centile : FloatArray
        (n,), NaN where refused; centiles are 0 to 100.
    refusal : array of uint8
        (n,), values of `BulkRefusal`.
    """

    z: FloatArray
    centile: FloatArray
    refusal: Codes


class BulkScorer:
    """Scores against one norm.

    Parameters
    ----------
    norm : Norm
        With a form that knows the whole distribution.

    Raises
    ------
    BulkRefused
        If the norm's form knows less.
    """

    def __init__(self, norm: Norm) -> None:
        if not isinstance(norm.form, Distribution):
            raise BulkRefused("This norm prints limits only: there is no z and no centile.")
        self._norm, self._form = norm, norm.form
        measure = measure_of(norm.measure)
        self._low, self._high = (
            in_unit(end, measure.unit, norm.unit) for end in (measure.low, measure.high)
        )
        family = FAMILIES.get(self._form.family)
        self._positive = family is not None and family.positive
        self._shiftable = family is not None
        sexes: tuple[Sex | None, ...] = tuple(Sex) if self._form.by_sex() else (None,)
        self._of_sex = {sex: _one_sex(self._form, sex) for sex in sexes if _has(self._form, sex)}

    def score(
        self,
        value: FloatArray,
        x: FloatArray,
        sex: Words | None = None,
        site: Words | str | None = None,
    ) -> BulkScores:
        """Return the scores of many values.

        Parameters
        ----------
        value : FloatArray
            (n,), in the norm's unit.
        x : FloatArray
            (n,), place on the norm's axis in its unit (days, weeks, cm, m2); NaN is unknown.
        sex : array of str, optional
            (n,), ``F``, ``M``, or empty where unknown.
        site : str or array of str, optional
            Where the values were measured: one site, or (n,) of them; empty is unknown.

        Raises
        ------
        BulkRefused
            If the arrays are not equally long.
        """
        value, x = np.asarray(value, dtype=np.float64), np.asarray(x, dtype=np.float64)
        sexes = None if sex is None else np.asarray(sex, dtype=np.str_)
        sites = site if site is None or isinstance(site, str) else np.asarray(site, dtype=np.str_)
        arrays = [one for one in (value, x, sexes, sites) if isinstance(one, np.ndarray)]
        if any(one.shape != (len(value),) for one in arrays):
            raise BulkRefused("Values, places, sexes and sites are not equally many.")
        n = len(value)
        out = BulkScores(np.empty(n), np.empty(n), np.zeros(n, dtype=np.uint8))
        with np.errstate(all="ignore"):
            for begin in range(0, n, CHUNK):
                part = slice(begin, begin + CHUNK)
                self._score(
                    BulkScores(out.z[part], out.centile[part], out.refusal[part]),
                    value[part],
                    x[part],
                    None if sexes is None else sexes[part],
                    sites[part] if isinstance(sites, np.ndarray) else sites,
                )
        return out

    def _score(
        self,
        out: BulkScores,
        value: FloatArray,
        x: FloatArray,
        sex: Words | None,
        site: Words | str | None,
    ) -> None:
        # NaN fails both comparisons and is refused with the impossible ones.
        possible = (value >= self._low) & (value <= self._high)
        if None in self._of_sex:
            self._one_sex(out, None, value, x, site)
        else:
            self._by_sex(out, value, x, sex, site)
        if not possible.all():
            wrong = ~possible & (out.refusal != BulkRefusal.SEX_REFUSED)
            out.refusal[wrong] = BulkRefusal.VALUE_IMPOSSIBLE
        refused = out.refusal != 0
        if refused.any():
            out.z[refused] = out.centile[refused] = np.nan

    def _by_sex(
        self,
        out: BulkScores,
        value: FloatArray,
        x: FloatArray,
        sex: Words | None,
        site: Words | str | None,
    ) -> None:
        if sex is None:
            out.refusal[:] = BulkRefusal.SEX_UNKNOWN
            return
        left = np.ones(len(value), dtype=np.bool_)
        for one in self._of_sex:
            members = _is(sex, str(one))
            left &= ~members
            chosen = np.flatnonzero(members)
            if not len(chosen):
                continue
            part = BulkScores(
                np.empty(len(chosen)),
                np.empty(len(chosen)),
                np.zeros(len(chosen), dtype=np.uint8),
            )
            sites = site[chosen] if isinstance(site, np.ndarray) else site
            self._one_sex(part, one, value[chosen], x[chosen], sites)
            out.z[chosen], out.centile[chosen] = part.z, part.centile
            out.refusal[chosen] = part.refusal
        if left.any():
            unknown = np.isin(sex[left], ("", "O", "U", *(str(one) for one in Sex)))
            out.refusal[left] = np.where(unknown, BulkRefusal.SEX_UNKNOWN, BulkRefusal.SEX_REFUSED)

    def _one_sex(
        self,
        out: BulkScores,
        sex: Sex | None,
        value: FloatArray,
        x: FloatArray,
        site: Words | str | None,
    ) -> None:
        scorer = self._of_sex[sex]
        if self._norm.axis is AxisKind.NONE:
            x = np.zeros(len(value))
        refusal = out.refusal
        if self._norm.sites is not None:
            effect = self._effects(sex, site, len(value))
            value = value * np.exp(-effect) if self._positive else value - effect
            refusal[np.isnan(effect)] = BulkRefusal.SITE_UNCALIBRATED
            value = np.where(np.isnan(effect), scorer.anywhere, value)
        self._refuse_few(refusal, sex, x)
        inside = scorer.inside(x) | (self._norm.axis is AxisKind.NONE)
        if not inside.all():
            refusal[~inside] = BulkRefusal.AGE_OUTSIDE
            refusal[np.isnan(x)] = BulkRefusal.AGE_UNKNOWN
            x = np.where(inside, x, scorer.low)
        scorer.fill(out.z, out.centile, value, x)
        finite = np.isfinite(out.z)
        if not finite.all():
            refusal[~finite & (refusal == 0)] = BulkRefusal.BEYOND_TRANSFORM

    def _effects(self, sex: Sex | None, site: Words | str | None, n: int) -> FloatArray:
        """Return the effect of each value's site, NaN where it is not calibrated."""
        sites = self._norm.sites
        known = {} if sites is None else sites.by_sex.get(sex)
        if known is None:
            known = sites.by_sex.get(None, {}) if sites else {}
        if not self._shiftable:
            known = {}
        if site is None or isinstance(site, str):
            one = known.get(site) if site else None
            return np.full(n, one.effect if one else np.nan)
        names, place = np.unique(site, return_inverse=True)
        effects = [known[str(name)].effect if str(name) in known else np.nan for name in names]
        return np.array(effects, dtype=np.float64)[place]

    def _refuse_few(self, refusal: Codes, sex: Sex | None, x: FloatArray) -> None:
        uncertainty = self._norm.uncertainty
        grid = of_sex(uncertainty, sex) if uncertainty else None
        if uncertainty is None or grid is None or grid.n_near.min() >= uncertainty.fewest_near:
            return
        near = np.floor(np.interp(x, grid.x, grid.n_near) + 1e-9)
        refusal[(near < uncertainty.fewest_near) & (refusal == 0)] = BulkRefusal.TOO_FEW


class _OfForm:
    """One sex of any form that knows the distribution."""

    def __init__(self, form: Distribution, sex: Sex | None) -> None:
        self._form, self._sex = form, sex
        self.low, self.high = form.range(sex)
        self.anywhere = float(form.value(np.zeros(1), np.array([self.low]), sex)[0])

    def inside(self, x: FloatArray) -> BoolArray:
        """Return which places lie in the range; unknown ones do not."""
        return np.asarray((x >= self.low - TOLERANCE) & (x <= self.high + TOLERANCE))

    def fill(self, z: FloatArray, centile: FloatArray, value: FloatArray, x: FloatArray) -> None:
        """Write the scores of places in the range."""
        z[:] = self._form.z(value, x, self._sex)
        centile[:] = 100.0 * ndtr(z)


class _OfTable(_OfForm):
    """One sex of a table of parameters: rows are looked up, and each line is read once."""

    def __init__(self, form: ParameterTable, sex: Sex | None, table: SexTable) -> None:
        super().__init__(form, sex)
        self._family, self._straight = form.family, form.tails is Tails.WHO_WEIGHT
        self._finder = RowFinder(table.x)
        self._x = table.x[:-1].copy()
        self._start = [row[:-1].copy() for row in table.natural]
        self._slope = [np.diff(row) / np.diff(table.x) for row in table.natural]
        self._last = [float(row[-1]) for row in table.natural]

    def fill(self, z: FloatArray, centile: FloatArray, value: FloatArray, x: FloatArray) -> None:
        """Write the scores of places in the range."""
        row = self._finder.rows(x)
        step = np.clip(x, self.low, self.high) - self._x[row]
        natural = [
            start[row] + slope[row] * step
            for start, slope in zip(self._start, self._slope, strict=True)
        ]
        if self._family == BCT.name:
            self._box_cox_t(z, centile, value, natural)
        elif self._family == BCCG.name:
            z[:] = _power(value, natural)
            if self._straight:
                self._straighten(z, value, x)
            np.multiply(ndtr(z), 100.0, out=centile)
        else:
            z[:] = family_of(self._family).z(value, np.stack(natural))
            centile[:] = 100.0 * ndtr(z)

    def _straighten(self, z: FloatArray, value: FloatArray, x: FloatArray) -> None:
        far = np.flatnonzero(np.abs(z) > WHO_STRAIGHT_FROM)
        if len(far):
            z[far] = self._form.z(value[far], x[far], self._sex)

    def _box_cox_t(
        self, z: FloatArray, centile: FloatArray, value: FloatArray, natural: list[FloatArray]
    ) -> None:
        score = _power(value, natural)
        tail = stdtr(natural[3], -np.abs(score))
        z[:] = np.copysign(ndtri(tail), score)
        np.multiply(np.where(score > 0, 1.0 - tail, tail), 100.0, out=centile)


def _power(value: FloatArray, natural: list[FloatArray]) -> FloatArray:
    mu, sigma, nu = natural[:3]
    log_ratio = np.log(value / mu)
    straight = np.abs(nu) < NEAR_ZERO
    if straight.any():
        safe = np.where(straight, 1.0, nu)
        return np.where(straight, log_ratio, np.expm1(safe * log_ratio) / safe) / sigma
    return np.asarray(np.expm1(nu * log_ratio) / (nu * sigma))


def _one_sex(form: Distribution, sex: Sex | None) -> _OfForm:
    if isinstance(form, ParameterTable) and len(form.tables[sex].x) > 1:
        return _OfTable(form, sex, form.tables[sex])
    return _OfForm(form, sex)


def _has(form: Distribution, sex: Sex | None) -> bool:
    return not isinstance(form, ParameterTable) or sex in form.tables


def _is(words: Words, letter: str) -> BoolArray:
    """Return where a word is exactly one letter."""
    if words.dtype.itemsize == np.dtype("U1").itemsize and words.flags.c_contiguous:
        # Comparing numbers is several times faster than comparing strings.
        return np.asarray(words.view(np.uint32) == ord(letter))
    return np.asarray(words == letter)
