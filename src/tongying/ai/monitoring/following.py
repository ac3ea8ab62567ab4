"""Studies followed through charts, and the alarms they give."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from tongying.ai.monitoring import cusum, ewma
from tongying.ai.monitoring.alarm import Alarm, Chart, Compared, Monitor

_DIRECTION: Final = {
    Chart.RATE_UP.value: ("The model calls more than it used to", "模型阳性率升高"),
    Chart.RATE_DOWN.value: ("The model calls less than it used to", "模型阳性率降低"),
    Chart.AGREED.value: ("Readers agree less with the model", "医生与模型的一致率降低"),
    Chart.REFUSED.value: ("More studies are refused than used to be", "被拒绝的检查增多"),
}


def crossings(
    monitor: Monitor, variable: str, chart: cusum.Cusum, stream: Sequence[tuple[str, bool]]
) -> list[Alarm]:
    """Return the alarms of a chart of a rate; it begins anew after each.

    The value told is the rate since the sum last stood at 0.
    """
    found: list[Alarm] = []
    total, since = 0, 0
    for place, (run, yes) in enumerate(stream, start=1):
        since = place if total == 0 else since
        total = chart.after(total, yes)
        if total < chart.limit:
            continue
        part = [one for _, one in stream[since - 1 : place]]
        rate = sum(part) / len(part)
        english, chinese = _DIRECTION[variable]
        found.append(
            Alarm(
                monitor,
                variable,
                run,
                place,
                rate,
                chart.usual,
                f"{english}: {rate:.0%} of the last {len(part)} studies, "
                f"usually {chart.usual:.0%}.",
                f"{chinese}：最近 {len(part)} 例中 {rate:.0%}，平时 {chart.usual:.0%}。",
            )
        )
        total = 0
    return found


def averages(chart: ewma.Ewma, compared: Sequence[Compared]) -> list[Alarm]:
    """Return the alarms of a moving average of differences; it begins anew after each."""
    found: list[Alarm] = []
    average, place = 0.0, 0
    for one in compared:
        if one.difference is None:
            continue
        place += 1
        average = chart.after(average, one.difference)
        if abs(average) > chart.limit:
            shown, allowed = average * chart.spread, chart.limit * chart.spread
            found.append(
                Alarm(
                    Monitor.CONCORDANCE,
                    Chart.DIFFERENCE.value,
                    one.run,
                    place,
                    shown,
                    allowed,
                    f"Model and reader now differ by {shown:+.3g} more than they used to; "
                    f"the limit is {allowed:.3g}.",
                    f"模型与医生的差值较基线变化 {shown:+.3g}；界限 {allowed:.3g}。",
                )
            )
            average = 0.0
    return found
