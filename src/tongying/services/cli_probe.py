"""``tongying probe-video``: a phantom's ultrasound as a video file, to try a live room with."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from tongying.dicom.phantoms.polyp_us import PolypFilm
from tongying.services.command import Json, refusing, say
from tongying.services.probe_video import write_probe_video


@refusing
def probe_video(
    target: Annotated[Path, typer.Argument(help="File to write: .webm, .mjpeg or .y4m.")],
    seconds: Annotated[float, typer.Option(help="How long; whole breaths are written.")] = 20.0,
    polyp_mm: Annotated[float, typer.Option(min=3, max=20, help="Diameter of the polyp.")] = 15.0,
    as_json: Json = False,
) -> None:
    """Write a phantom's ultrasound, a bowel with a polyp of known size, as a video file."""
    film = PolypFilm(polyp_mm=polyp_mm)
    write_probe_video(target, film, min(max(seconds, 0.1), 600.0))
    if as_json:
        said = {"file": str(target), "polyp_mm": polyp_mm, "bytes": target.stat().st_size}
        say(said, as_json=True)
    else:
        typer.echo(f"{target}: {target.stat().st_size / 1e6:.1f} MB, polyp {polyp_mm:g} mm")
