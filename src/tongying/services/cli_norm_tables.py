"""``tongying norms score-table|interval|verify``: tables of values."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from tongying.kernel.errors import BadInput
from tongying.norms.norm import Route
from tongying.services.cli_norms import DataMaybe, NormFile, asked_norm, norms_app
from tongying.services.command import Json, refusing, say
from tongying.services.norm_files import free, read_document


@norms_app.command("score-table")
@refusing
def score_table(
    table: Annotated[Path, typer.Argument(help="CSV with value, x, and sex, site where needed.")],
    out: Annotated[Path, typer.Option(help="The same table with z, centile, refusal; new.")],
    norm: Annotated[str, typer.Option(help="Id of the norm.")] = "",
    norm_file: NormFile = None,
    data: DataMaybe = None,
    as_json: Json = False,
) -> None:
    """Score a table; `x` is the place on the norm's axis: days, weeks, cm or m2."""
    from tongying.services.norm_tables import score_table as scored_table

    _, chosen = asked_norm(norm, norm_file, data)
    if chosen is None:
        raise BadInput("Name a norm.", code="norms.nothing-asked")
    text, counts = scored_table(read_document(table), chosen)
    free(out).write_text(text, encoding="utf-8")
    answer: dict[str, Any] = {"norm": chosen.id, "rows": counts, "written": str(out)}
    words = "\n".join(f"{count:8} {name}" for name, count in counts.items())
    say(answer, as_json=as_json, words=f"{words}\n{chosen.id}; research use only.")


@norms_app.command("interval")
@refusing
def interval(
    table: Annotated[Path, typer.Argument(help="CSV with a column value, one of each child.")],
    route: Annotated[str, typer.Option(help="direct (volunteers) or indirect (routine).")],
    seed: Annotated[int, typer.Option(help="Of the bootstrap.")] = 1,
    as_json: Json = False,
) -> None:
    """Make the limits of 95 % of normal children of one group, with their intervals."""
    from tongying.services.norm_tables import limits_of

    if route not in {Route.DIRECT.value, Route.INDIRECT.value}:
        raise BadInput("The route is direct or indirect.", code="norms.route")
    answer = limits_of(read_document(table), Route(route), seed=seed)
    say(answer, as_json=as_json, words=_limits_words(answer))


@norms_app.command("verify")
@refusing
def verify(
    table: Annotated[Path, typer.Argument(help="CSV with a column value, 20 children or more.")],
    low: Annotated[float, typer.Option(help="Lower limit.")],
    high: Annotated[float, typer.Option(help="Upper limit.")],
    as_json: Json = False,
) -> None:
    """Check limits on some children of one's own, and say how weak that check is."""
    from tongying.services.norm_tables import checked

    answer = checked(read_document(table), low, high)
    say(answer, as_json=as_json, words=f"{answer['verdict']}: {answer['sentence']}")


def _limits_words(answer: dict[str, Any]) -> str:
    lines = [f"{answer['route']}, n = {answer['n']}"]
    for name in ("low", "high"):
        value, around = answer[name], answer[f"{name}_ci"]
        if value is not None:
            said = f" (90 % interval {around[0]:.4g} to {around[1]:.4g})" if around else ""
            lines.append(f"  {name}: {value:.4g}{said}")
    if answer["low"] is None and answer["high"] is None:
        lines.append("  no limits: too few children")
    lines += [f"  {caveat['sentence']}" for caveat in answer["caveats"]]
    return "\n".join([*lines, "Research use only."])
