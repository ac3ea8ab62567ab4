"""A model under watch: what its monitors promise, and every alarm in the order of the studies.

Everything follows from the baseline, the settings and the studies alone, so that the same history
gives the same alarms whenever it is looked at. False alarms are shared out among the monitors; what
the baseline leaves uncertain widens the limits and does not add false alarms.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from scipy.stats import beta

from tongying.ai.monitoring import cusum, ewma, psi
from tongying.ai.monitoring.alarm import Alarm, Chart, Compared, Monitor, Seen
from tongying.ai.monitoring.following import averages, crossings
from tongying.ai.monitoring.psi import MonitorRefused

SMALLEST_BASELINE: Final = 100
"""Studies of a silent trial (domain rule, ARCH-AI); a monitor needs no fewer."""
SURE: Final = 0.9
"""One-sided, of the usual rate taken from the baseline."""
EWMA_WEIGHT: Final = 0.1
"""Quick for changes of about one standard deviation (Lucas and Saccucci 1990)."""


@dataclass(frozen=True, slots=True)
class Vigilance:
    """How closely a model is watched; the committee signs it.

    Attributes
    ----------
    studies_per_year : int
        Expected at the hospital.
    false_alarms_per_year : float
        Of all monitors together, when nothing changes.
    window : int
        Studies that input and scores are compared by; windows follow one another.
    odds : float
        Factor of the odds that charts of rates are tuned to find.
    """

    studies_per_year: int
    false_alarms_per_year: float
    window: int = 100
    odds: float = 2.5

    def __post_init__(self) -> None:
        if min(self.studies_per_year, self.window) < 1 or not self.false_alarms_per_year > 0.0:
            raise MonitorRefused("A watch needs studies, a window and some false alarms a year.")
        if not self.odds > 1.0:
            raise MonitorRefused("Charts are tuned to odds that change by more than a factor of 1.")


@dataclass(frozen=True, slots=True, eq=False)
class Watch:
    """Monitors set up from a baseline.

    Attributes
    ----------
    window : int
    references : dict of (Monitor, str) to Reference
        Of input variables and of scores.
    limits : dict of (Monitor, str) to float
        Of the index of those.
    rates : dict of (Monitor, str) to Cusum
    average : Ewma or None
    false_alarms_per_year : dict of (Monitor, str) to float
        What each is allowed.
    """

    window: int
    references: dict[tuple[Monitor, str], psi.Reference]
    limits: dict[tuple[Monitor, str], float]
    rates: dict[tuple[Monitor, str], cusum.Cusum]
    average: ewma.Ewma | None
    false_alarms_per_year: dict[tuple[Monitor, str], float]

    def promise(self) -> list[dict[str, Any]]:
        """Return for each monitor how many false alarms it may give and how late it may be.

        ``delay`` is in studies: for charts of rates the mean delay when the rate becomes the one
        that the chart is tuned to; for windows the most that can pass until a window lies wholly
        after the change.
        """
        told: list[dict[str, Any]] = []
        for (monitor, variable), allowed in self.false_alarms_per_year.items():
            row: dict[str, Any] = {
                "monitor": monitor.value,
                "variable": variable,
                "false_alarms_per_year": allowed,
            }
            chart = self.rates.get((monitor, variable))
            if chart is not None:
                row |= {
                    "usual": chart.usual,
                    "changed": chart.changed,
                    "run_length": chart.run_length(chart.usual),
                    "delay": chart.run_length(chart.changed),
                }
            elif (monitor, variable) in self.limits:
                row |= {
                    "limit": self.limits[monitor, variable],
                    "delay": 2.0 * self.window - 1.0,
                }
            elif self.average is not None:
                row |= {
                    "limit": self.average.limit,
                    "delay": ewma.run_length(self.average.weight, self.average.width, 1.0),
                }
            told.append(row)
        return told

    def alarms(self, seen: Sequence[Seen], compared: Sequence[Compared]) -> tuple[Alarm, ...]:
        """Return every alarm since the baseline.

        Parameters
        ----------
        seen : sequence of Seen
            In the order of the studies, after the baseline.
        compared : sequence of Compared
            In the order in which readers spoke, after the baseline.
        """
        found: list[Alarm] = []
        for (monitor, variable), known in self.references.items():
            found += self._windows(monitor, variable, known, seen)
        for (monitor, variable), chart in self.rates.items():
            found += crossings(monitor, variable, chart, _stream(variable, seen, compared))
        if self.average is not None:
            found += averages(self.average, compared)
        return tuple(sorted(found, key=lambda one: (one.place, one.monitor, one.variable)))

    def _windows(
        self, monitor: Monitor, variable: str, known: psi.Reference, seen: Sequence[Seen]
    ) -> list[Alarm]:
        values = _values(monitor, variable, seen)
        allowed = self.limits[monitor, variable]
        found: list[Alarm] = []
        for end in range(self.window, len(values) + 1, self.window):
            part = values[end - self.window : end]
            value = psi.index(known.counts, known.count([one for _, one in part]))
            if value > allowed:
                found.append(
                    Alarm(
                        monitor,
                        variable,
                        part[-1][0],
                        end,
                        value,
                        allowed,
                        f"The last {self.window} studies differ from the baseline in {variable}: "
                        f"index {value:.2f}, limit {allowed:.2f}.",
                        f"最近 {self.window} 例的 {variable} 与基线不同：PSI {value:.2f}，"
                        f"界限 {allowed:.2f}。",
                    )
                )
        return found


def watch(baseline: Sequence[Seen], compared: Sequence[Compared], vigilance: Vigilance) -> Watch:
    """Set monitors up from a baseline, such as a silent trial.

    Parameters
    ----------
    baseline : sequence of Seen
    compared : sequence of Compared
        Of the baseline; with fewer than a hundred, agreement is not watched.
    vigilance : Vigilance

    Raises
    ------
    MonitorRefused
        If the baseline is too small, or so few false alarms cannot be held.
    """
    if len(baseline) < SMALLEST_BASELINE:
        raise MonitorRefused(f"A baseline needs {SMALLEST_BASELINE} studies.")
    counts = _rates_seen(baseline, compared)
    differences = [one.difference for one in compared if one.difference is not None]
    if len(differences) < SMALLEST_BASELINE:
        differences = []
    inputs = sorted({name for one in baseline for name in one.inputs})
    windows = [(Monitor.INPUT, name) for name in inputs]
    if sum(one.score is not None for one in baseline) >= SMALLEST_BASELINE:
        windows.append((Monitor.OUTPUT, Chart.SCORE.value))
    charts = [*windows, *counts]
    if differences:
        charts.append((Monitor.CONCORDANCE, Chart.DIFFERENCE.value))
    allowed = _shared(charts, vigilance.false_alarms_per_year)
    per_year = vigilance.studies_per_year / vigilance.window
    references = {
        key: psi.reference([value for _, value in _values(*key, baseline)]) for key in windows
    }
    rates: dict[tuple[Monitor, str], cusum.Cusum] = {}
    for key, (yes, n) in counts.items():
        upward = key[1] in (Chart.RATE_UP, Chart.REFUSED)
        usual = float(
            beta.ppf(SURE, yes + 1, n - yes) if upward else beta.ppf(1.0 - SURE, yes, n - yes + 1)
        )
        odds = usual / (1.0 - usual) * (vigilance.odds if upward else 1.0 / vigilance.odds)
        rates[key] = cusum.design(
            usual, odds / (1.0 + odds), run_length=vigilance.studies_per_year / allowed[key]
        )
    return Watch(
        window=vigilance.window,
        references=references,
        limits={
            key: psi.limit(known, vigilance.window, chance=min(0.5, allowed[key] / per_year))
            for key, known in references.items()
        },
        rates=rates,
        average=ewma.design(
            differences,
            weight=EWMA_WEIGHT,
            run_length_at_least=vigilance.studies_per_year
            / allowed[Monitor.CONCORDANCE, Chart.DIFFERENCE.value],
        )
        if differences
        else None,
        false_alarms_per_year=allowed,
    )


def _shared(
    charts: Sequence[tuple[Monitor, str]], whole: float
) -> dict[tuple[Monitor, str], float]:
    """Share false alarms out evenly among monitors, and within each among its charts."""
    monitors = {monitor for monitor, _ in charts}
    sizes = {one: sum(monitor is one for monitor, _ in charts) for one in monitors}
    return {key: whole / len(monitors) / sizes[key[0]] for key in charts}


def _rates_seen(
    baseline: Sequence[Seen], compared: Sequence[Compared]
) -> dict[tuple[Monitor, str], tuple[int, int]]:
    """Return how many of how many, for each rate that can be watched."""
    found: dict[tuple[Monitor, str], tuple[int, int]] = {}
    for monitor, chart in (
        (Monitor.OUTPUT, Chart.RATE_UP),
        (Monitor.OUTPUT, Chart.RATE_DOWN),
        (Monitor.CONCORDANCE, Chart.AGREED),
        (Monitor.REFUSALS, Chart.REFUSED),
    ):
        answers = [yes for _, yes in _stream(chart.value, baseline, compared)]
        yes, n = sum(answers), len(answers)
        upward = chart in (Chart.RATE_UP, Chart.REFUSED)
        # A rate that is 0 cannot fall, one that is 1 cannot rise.
        if n >= SMALLEST_BASELINE and (yes < n if upward else yes > 0):
            found[monitor, chart.value] = (yes, n)
    return found


def _stream(
    variable: str, seen: Sequence[Seen], compared: Sequence[Compared]
) -> list[tuple[str, bool]]:
    if variable == Chart.REFUSED:
        return [(one.run, one.refused) for one in seen]
    if variable == Chart.AGREED:
        return [(one.run, one.agreed) for one in compared if one.agreed is not None]
    return [(one.run, one.called) for one in seen if one.called is not None]


def _values(
    monitor: Monitor, variable: str, seen: Sequence[Seen]
) -> list[tuple[str, float | str | None]]:
    if monitor is Monitor.OUTPUT:
        return [(one.run, one.score) for one in seen if one.score is not None]
    return [(one.run, one.inputs.get(variable)) for one in seen]
