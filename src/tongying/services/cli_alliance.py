"""``tongying alliance``: the alliance's books from and to CSV files."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from tongying.consult.alliance_import.columns import Kind
from tongying.consult.alliance_import.outcome import Outcome, RowResult
from tongying.kernel.errors import BadInput
from tongying.services.command import BAD_INPUT, OPERATOR, Data, Json, open_data, refusing, say

alliance_app = typer.Typer(no_args_is_help=True, help="Hospitals, members, agreements, rosters.")


@alliance_app.command("import")
@refusing
def import_(
    kind: Annotated[Kind, typer.Argument(help="What the file is a list of.")],
    file: Annotated[Path, typer.Argument(help="A CSV file.")],
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what each row would do, and change nothing.")
    ] = False,
    data: Data = Path("data"),
    as_json: Json = False,
) -> None:
    """Bring a CSV file into the books; with one refused row it changes nothing."""
    try:
        content = file.read_bytes()
    except OSError as error:
        raise BadInput(
            f"The file {file} cannot be read: {error.strerror}.", code="import.file"
        ) from None
    open_data(data)
    from tongying.web.alliance.importing import Importer, import_books

    result = import_books(kind, content, Importer(OPERATOR), apply=not dry_run)
    refused = [one for one in result.rows if one.outcome is Outcome.REFUSED]
    answer: dict[str, Any] = {
        "kind": kind.value,
        "encoding": result.encoding,
        "applied": result.applied,
        "counts": {outcome.value: count for outcome, count in result.counts.items()},
        "rows": [_row(one) for one in result.rows],
    }
    sentence = ""
    if refused:
        first = refused[0]
        why = first.fault.sentence if first.fault else ""
        sentence = (
            f"{len(refused)} of {len(result.rows)} rows are refused and nothing was changed;"
            f" the first is row {first.number}: {why}"
        )
        answer |= {"code": "import.rows", "error": sentence}
    if as_json:
        typer.echo(json.dumps(answer, ensure_ascii=False))
    else:
        for one in result.rows:
            if one.fault is not None:
                typer.echo(f"{one.number}\t{one.outcome.value}\t{one.name}\t{one.fault.sentence}")
        counts = " · ".join(f"{count} {name}" for name, count in answer["counts"].items() if count)
        state = "applied" if result.applied else "nothing changed"
        typer.echo(f"{result.encoding} · {counts} · {state}")
    if refused:
        # The rows are the answer already; only the sentence and the exit code are left to give.
        typer.echo(sentence, err=True)
        raise typer.Exit(BAD_INPUT)


@alliance_app.command("export")
@refusing
def export(
    kind: Annotated[Kind, typer.Argument(help="Which list.")],
    data: Data = Path("data"),
    as_json: Json = False,
) -> None:
    """Write a list as CSV (UTF-8 with its mark) on stdout; it reads back as unchanged."""
    open_data(data)
    from tongying.web.alliance.exporting import export_books

    table = export_books(kind)
    if as_json:
        say({"kind": kind.value, "csv": table}, as_json=True)
        return
    sys.stdout.buffer.write(table.encode())
    sys.stdout.flush()


def _row(one: RowResult[Any]) -> dict[str, Any]:
    return {
        "row": one.number,
        "name": one.name,
        "outcome": one.outcome.value,
        "code": one.fault.code.value if one.fault else None,
        "sentence": one.fault.sentence if one.fault else None,
    }
