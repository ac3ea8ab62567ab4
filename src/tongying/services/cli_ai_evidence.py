"""``tongying ai evaluate``, ``ai readers`` and ``ai monitor``: evidence on the command line."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, ClassVar

import typer

from tongying.kernel.errors import BadInput
from tongying.services.command import Json, refusing, say

if TYPE_CHECKING:
    from tongying.ai.evaluation.evaluating import Performance
    from tongying.ai.evaluation.figure import Told


class TableGone(BadInput):
    """A table cannot be opened or is not text."""

    code: ClassVar[str] = "ai.table-unreadable"


@refusing
def evaluate(
    predictions: Annotated[
        Path, typer.Option(help="CSV of study, called, score; what a model said.")
    ],
    truth: Annotated[
        Path,
        typer.Option(help="CSV of study, truth, child, age_days, sex, manufacturer, site, reader."),
    ],
    against: Annotated[
        Path | None, typer.Option(help="Predictions of another version or vendor.")
    ] = None,
    smallest: Annotated[
        int, typer.Option(help="Fewer studies than this and a figure is not told.")
    ] = 10,
    replicates: Annotated[int, typer.Option(help="Bootstrap samples of children.")] = 1000,
    seed: Annotated[int, typer.Option()] = 1,
    as_json: Json = False,
) -> None:
    """Evaluate predictions: rates, area under the curve, calibration; by age, sex, vendor, site."""
    from tongying.ai.evaluation import evaluating
    from tongying.ai.evaluation.reading import read_cases

    known = _text(truth)
    cases = read_cases(_text(predictions), known)
    found = evaluating.evaluate(cases, replicates=replicates, seed=seed, smallest=smallest)
    answer = found.as_json()
    words = [_row("all", found.overall)]
    for stratum, rows in found.strata.items():
        words += [_row(f"{stratum.value} {name}", one) for name, one in rows.items()]
    if against is not None:
        other = read_cases(_text(against), known)
        pair = evaluating.head_to_head(cases, other, replicates=replicates, seed=seed).as_json()
        answer["head_to_head"] = pair
        words.append(f"area under the curve less the other's: {_gap(pair['area'])}")
    say(answer, as_json=as_json, words="\n".join(words))


@refusing
def readers(
    readings: Annotated[
        Path, typer.Option(help="CSV of way, reader, case, truth, rating; fully crossed.")
    ],
    as_json: Json = False,
) -> None:
    """Compare ways of reading, such as without and with a model, over readers and cases."""
    from tongying.ai.evaluation.mrmc import compare_readings
    from tongying.ai.evaluation.mrmc_reading import read_readings

    crossed, ways, names = read_readings(_text(readings))
    found = compare_readings(crossed)
    words = [
        f"{way:20} area {figure.value:.4f} ({figure.low:.4f} to {figure.high:.4f})"
        for way, figure in zip(ways, found.of_ways, strict=True)
    ]
    words += [
        f"for other {kind.value.replace('-', ' ')}: F {test.statistic:.3f}, df "
        f"{test.degrees[0]:.0f} and {test.degrees[1]:.2f}, p {test.p:.4g}"
        for kind, test in found.tests.items()
    ]
    say(
        {"ways": list(ways), "readers": list(names), **found.as_json()},
        as_json=as_json,
        words="\n".join(words),
    )


@refusing
def monitor(
    history: Annotated[
        Path,
        typer.Option(
            help="CSV of run, refused, called, score, agreed, difference, input.NAME, in order."
        ),
    ],
    baseline: Annotated[int, typer.Option(help="How many first rows are the baseline.")],
    studies_per_year: Annotated[int, typer.Option(help="Expected at the hospital.")],
    false_alarms: Annotated[
        float, typer.Option(help="A year, of all monitors together, when nothing changes.")
    ] = 1.0,
    window: Annotated[int, typer.Option(help="Studies that input is compared by.")] = 100,
    odds: Annotated[float, typer.Option(help="Change of odds that charts are tuned to.")] = 2.5,
    as_json: Json = False,
) -> None:
    """Watch a model's history: what the monitors promise, and their alarms."""
    from tongying.ai.monitoring.reading import read_history
    from tongying.ai.monitoring.watch import Vigilance, watch

    seen, compared = read_history(_text(history))
    before = [one for one in compared[:baseline] if one is not None]
    after = [one for one in compared[baseline:] if one is not None]
    set_up = watch(
        seen[:baseline],
        before,
        Vigilance(studies_per_year, false_alarms, window=window, odds=odds),
    )
    promise = set_up.promise()
    alarms = set_up.alarms(seen[baseline:], after)
    words = [
        f"{row['monitor']:12} {row['variable']:20} false alarms a year "
        f"{row['false_alarms_per_year']:.3f}, delay {row['delay']:.0f} studies"
        for row in promise
    ]
    words += [f"{one.run}: {one.english}" for one in alarms] or ["No alarm."]
    say(
        {"promise": promise, "alarms": [one.as_json() for one in alarms]},
        as_json=as_json,
        words="\n".join(words),
    )


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise TableGone(f"The table {path.name} cannot be opened: {error.strerror}.") from None
    except UnicodeDecodeError:
        raise TableGone(f"The table {path.name} is not UTF-8 text.") from None


def _row(name: str, one: Performance) -> str:
    return (
        f"{name:28} n {one.n:5}  sensitivity {_figure(one.rates['sensitivity'])}  specificity "
        f"{_figure(one.rates['specificity'])}  area {_figure(one.area)}"
    )


def _figure(told: Told) -> str:
    row: dict[str, Any] = told.as_json()
    if not row["told"]:
        return f"not told ({row['why']}, n {row['n']})"
    limits = "" if row["low"] is None else f" ({row['low']:.3f}-{row['high']:.3f})"
    return f"{row['value']:.3f}{limits}"


def _gap(area: dict[str, Any]) -> str:
    if "p" not in area:
        return f"not told ({area['why']}, n {area['n']})"
    return f"{area['difference']:.3f} ({area['low']:.3f} to {area['high']:.3f}), p {area['p']:.3g}"
