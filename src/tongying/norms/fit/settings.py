"""What is decided before a norm is fitted: all of it that decides the outcome."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, ClassVar, Final

from tongying.kernel.errors import BadInput
from tongying.norms.axis import AxisKind
from tongying.norms.distributions.registry import FAMILIES
from tongying.norms.fit.choose import FAMILIES as TRIED
from tongying.norms.fit.choose import POWERS
from tongying.norms.fit.plan import DAYS_SHIFT
from tongying.norms.measure import measures
from tongying.norms.method import MeasuringMethod
from tongying.norms.norm import Population, Route

REPLICATES: Final = 200
"""Bootstrap samples: the standard error is then known to 5 %."""
FEWEST_REPLICATES: Final = 20


class SettingsRefused(BadInput):
    """What was decided about a fit is not complete or not possible."""

    code: ClassVar[str] = "norms.settings-refused"


class Sexes(StrEnum):
    """Whether girls and boys get curves of their own."""

    APART = "apart"
    TOGETHER = "together"
    BY_TEST = "by-test"
    """Apart where the test of Harris and Boyd says so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FitSettings:
    """All that is decided beforehand.

    Attributes
    ----------
    norm_id : str
        The id the draft gets, with its version: ``tongying.kidney-length@1``.
    measure : str
    method : MeasuringMethod
        By which every row was measured.
    population : Population
        Its number of children is set by the fit.
    route : Route
        Direct or indirect; a row of the other route is never let in.
    axis : AxisKind
    sexes : Sexes
    families : tuple of str
        Distributions that are tried.
    powers : tuple of float
        Powers of the axis that are tried.
    by_site : bool
        Whether each site's middle may differ.
    skip_refused : bool
        Whether the fit goes on without the rows that are refused.
    replicates, seed : int
        Of the bootstrap.

    Raises
    ------
    SettingsRefused
        If the measure is unknown, the route is not stated, or nothing is left to be tried.
    """

    norm_id: str
    measure: str
    method: MeasuringMethod
    population: Population
    route: Route
    axis: AxisKind
    sexes: Sexes = Sexes.APART
    families: tuple[str, ...] = TRIED
    powers: tuple[float, ...] = POWERS
    by_site: bool = True
    skip_refused: bool = False
    replicates: int = REPLICATES
    seed: int = 1

    def __post_init__(self) -> None:
        if self.measure not in measures():
            raise SettingsRefused(f"No measure is called {self.measure[:60]!r}.")
        if self.route is Route.NOT_STATED:
            raise SettingsRefused("A norm is made from volunteers or from routine examinations.")
        if not self.families or not set(self.families) <= set(FAMILIES):
            raise SettingsRefused(f"The distributions to try are some of {', '.join(FAMILIES)}.")
        if not self.powers or min(self.powers) <= 0:
            raise SettingsRefused("The powers of the age to try are numbers above zero.")
        if self.replicates < FEWEST_REPLICATES:
            raise SettingsRefused(
                f"An interval needs {FEWEST_REPLICATES} bootstrap samples or more."
            )

    @property
    def shift(self) -> float:
        """What is added to the axis before its power is taken, in its unit."""
        return DAYS_SHIFT if self.axis.unit == "d" else 0.0

    def as_json(self) -> dict[str, Any]:
        """Return the settings as a JSON object, from which `settings_from` makes them again."""
        return {
            "norm_id": self.norm_id,
            "measure": self.measure,
            "method": self.method.as_json(),
            "population": {
                "english": self.population.english,
                "chinese": self.population.chinese,
                "country": self.population.country,
            },
            "route": self.route.value,
            "axis": self.axis.value,
            "sexes": self.sexes.value,
            "families": list(self.families),
            "powers": list(self.powers),
            "by_site": self.by_site,
            "skip_refused": self.skip_refused,
            "replicates": self.replicates,
            "seed": self.seed,
        }


def settings_from(written: dict[str, Any]) -> FitSettings:
    """Return the settings of a JSON object that `FitSettings.as_json` made.

    Raises
    ------
    SettingsRefused
        If a part is missing or is none of the words it may be.
    """
    try:
        return FitSettings(
            norm_id=str(written["norm_id"]),
            measure=str(written["measure"]),
            method=MeasuringMethod(**written["method"]),
            population=Population(**written["population"], n=None),
            route=Route(written["route"]),
            axis=AxisKind(written["axis"]),
            sexes=Sexes(written["sexes"]),
            families=tuple(str(name) for name in written["families"]),
            powers=tuple(float(power) for power in written["powers"]),
            by_site=bool(written["by_site"]),
            skip_refused=bool(written["skip_refused"]),
            replicates=int(written["replicates"]),
            seed=int(written["seed"]),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise SettingsRefused("What was decided about the fit cannot be read.") from error
