"""What every command shares: the data directory, JSON or words, refusals as exit code 2."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Annotated, Any, ParamSpec

import typer

from tongying.kernel.errors import BadInput, TongyingError
from tongying.web import boot

BAD_INPUT = 2
OPERATOR = "operator"
"""The actor of what is done on the machine itself."""

Data = Annotated[Path, typer.Option("--data", envvar="TONGYING_DATA", help="The data directory.")]
Json = Annotated[bool, typer.Option("--json", help="Answer in JSON.")]
P = ParamSpec("P")


def refusing(command: Callable[P, None]) -> Callable[P, None]:
    """Turn a refusal into its sentence on stderr and exit code 2."""

    @wraps(command)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> None:
        try:
            command(*args, **kwargs)
        except TongyingError as error:
            if kwargs.get("as_json"):
                say({"code": error.error_code, "error": error.sentence}, as_json=True)
            typer.echo(error.sentence, err=True)
            raise typer.Exit(BAD_INPUT) from None

    return guarded


def open_data(data: Path, *, fresh: bool = True) -> None:
    """Set up on a data directory; `fresh` also brings its tables up to date."""
    try:
        data.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise BadInput(f"The data directory {data} cannot be used: {error.strerror}.") from None
    boot.boot(data)
    if fresh:
        boot.migrate()


def say(value: dict[str, Any] | list[dict[str, Any]], *, as_json: bool, words: str = "") -> None:
    """Answer on stdout: as JSON, or in words."""
    typer.echo(json.dumps(value, ensure_ascii=False) if as_json else words)
