"""A chart as PNG, for a report or a slide."""

from __future__ import annotations

from typing import Final

import resvg_py

WIDTH_PIXELS: Final = 1800


def png_of(svg: str, *, width: int = WIDTH_PIXELS) -> bytes:
    """Return a drawing as PNG on white, so many pixels wide."""
    made = resvg_py.svg_to_bytes(svg_string=svg, width=width, background="#ffffff")
    return bytes(made)
