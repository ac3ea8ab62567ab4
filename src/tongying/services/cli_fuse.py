"""``tongying fuse``: two series of one child, brought together with a measured error."""

from __future__ import annotations

import json
import shutil
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tongying.imaging.registration.result import Method
from tongying.kernel.errors import BadInput, TongyingError
from tongying.kernel.ids import new_code
from tongying.services.command import Json, refusing, say

if TYPE_CHECKING:
    from collections.abc import Callable

REPORT = "fusion.json"
"""What was answered, beside the objects."""
_ASKED = (Method.AUTO, Method.RIGID, Method.AFFINE, Method.DEFORMABLE)


@refusing
def fuse(
    fixed: Annotated[Path, typer.Option(help="Folder of the series that stays (or a NIfTI).")],
    moving: Annotated[Path, typer.Option(help="Folder of the series that is brought to it.")],
    out: Annotated[Path, typer.Option(help="Folder for the results; new or empty.")],
    method: Annotated[
        str, typer.Option(help="auto, rigid, affine or deformable.")
    ] = Method.AUTO.value,
    as_json: Json = False,
) -> None:
    """Bring two series of one child together and say how far to trust it.

    Series that share a frame of reference are left as acquired unless a method is named.
    """
    from tongying.dicom.fusion.folder import series_files
    from tongying.dicom.fusion.run import STAGES, FusionRequest, run_fusion

    asked = _method(method)
    request = FusionRequest(
        fixed=series_files(fixed),
        moving=series_files(moving),
        out=_free(out),
        method=asked,
        written_at=datetime.now(UTC),
        seed=new_code(),
    )
    there = out.exists()
    try:
        answer = run_fusion(request, _told(quiet=as_json)).as_json()
    except TongyingError:
        # Nothing is changed by what is refused.
        shutil.rmtree(out / STAGES, ignore_errors=True)
        if not there and out.exists() and not any(out.iterdir()):
            out.rmdir()
        raise
    shutil.rmtree(out / STAGES, ignore_errors=True)
    (out / REPORT).write_text(json.dumps(answer, ensure_ascii=False, indent=1))
    say(answer, as_json=as_json, words="" if as_json else _words(answer, out))


def _method(name: str) -> Method:
    if name not in {one.value for one in _ASKED}:
        raise BadInput(
            f"There is no method {name}; ask for auto, rigid, affine or deformable.",
            code="fusion.method",
        )
    return Method(name)


def _free(out: Path) -> Path:
    """Return the folder unless it holds something already: nothing is written over."""
    try:
        taken = out.exists() and (not out.is_dir() or any(out.iterdir()))
    except OSError as error:
        raise BadInput(f"{out} cannot be used: {error.strerror}.", code="fusion.out") from None
    if taken:
        raise BadInput(f"{out} is not empty; name a new folder.", code="fusion.out")
    return out


def _told(*, quiet: bool) -> Callable[[float, str], None]:
    def progress(fraction: float, what: str) -> None:
        if not quiet and sys.stderr.isatty():
            typer.echo(f"\r{fraction * 100:3.0f} % {what:24}", nl=fraction >= 1, err=True)

    return progress


def _words(answer: dict[str, Any], out: Path) -> str:
    error = answer["estimated_error_mm"]
    quality = answer["quality"]
    known = "unknown" if error is None else f"{error:.1f} mm (95 % within {quality['p95_mm']:.1f})"
    lines = [
        f"{answer['method']}: {answer['verdict']}; estimated error {known}",
        *(f"  {reason['sentence']}" for reason in answer["reasons"]),
        *(f"  {caveat['sentence']}" for caveat in answer["caveats"]),
        f"{len(answer['outputs'])} results in {out}; research use only.",
    ]
    return "\n".join(lines)
