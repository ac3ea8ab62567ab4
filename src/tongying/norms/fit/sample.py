"""The children a curve is fitted to: one measure, one sex, checked before anything is computed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from tongying.kernel.errors import BadInput
from tongying.norms.arrays import FloatArray, IntArray


class SampleRefused(BadInput):
    """The numbers cannot be fitted: lengths differ, or one of them is no number."""

    code: ClassVar[str] = "norms.sample-refused"


@dataclass(frozen=True, slots=True)
class Sample:
    """Measurements of one stratum.

    Attributes
    ----------
    value : FloatArray
        (n,), in the measure's unit.
    x : FloatArray
        (n,), the axis the curve runs along: age in days, or another axis in its unit; 0 or more.
    subject : IntArray
        (n,), the child, so that several measurements of one child are drawn together.
    site : IntArray
        (n,), 0-based index into `sites`.
    sites : tuple of str
        The hospitals' codes.

    Raises
    ------
    SampleRefused
        If the lengths differ, a number is not finite, an `x` is negative, or a site has no name.
    """

    value: FloatArray
    x: FloatArray
    subject: IntArray
    site: IntArray
    sites: tuple[str, ...]

    def __post_init__(self) -> None:
        if len({len(self.value), len(self.x), len(self.subject), len(self.site)}) != 1:
            raise SampleRefused("Values, ages, children and sites are not equally many.")
        if not (np.isfinite(self.value).all() and np.isfinite(self.x).all()):
            raise SampleRefused("A value or an age is missing or not a number.")
        if len(self.x) and self.x.min() < 0:
            raise SampleRefused("An age lies before birth.")
        if len(self.site) and not (self.site.min() >= 0 and self.site.max() < len(self.sites)):
            raise SampleRefused("A site has no name.")

    @classmethod
    def of(
        cls,
        value: FloatArray,
        x: FloatArray,
        *,
        subject: IntArray | None = None,
        site: tuple[str, ...] | list[str] | None = None,
    ) -> Sample:
        """Return a sample; every row its own child, and one unnamed site, unless told.

        Raises
        ------
        SampleRefused
            As the class.
        """
        count = len(value)
        names = list(site) if site is not None else [""] * count
        sites = tuple(dict.fromkeys(sorted(names)))
        place = {name: index for index, name in enumerate(sites)}
        return cls(
            value=np.asarray(value, dtype=np.float64),
            x=np.asarray(x, dtype=np.float64),
            subject=np.arange(count) if subject is None else np.asarray(subject, dtype=np.int64),
            site=np.array([place[name] for name in names], dtype=np.int64),
            sites=sites,
        )

    def __len__(self) -> int:
        return len(self.value)
