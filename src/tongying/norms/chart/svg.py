"""The strokes of norm charts as SVG: presentation attributes beside classes, no script."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final
from xml.sax.saxutils import escape, quoteattr

INK: Final = "#1f2d28"
FAINT: Final = "#5c6b66"
GRID: Final = "#e1e7e5"

Shape = dict[str, str | float]
"""Attributes of an element."""
FONT = "Noto Sans CJK SC, Noto Sans SC, system-ui, sans-serif"


def tag(name: str, attributes: Mapping[str, str | float], inner: str = "") -> str:
    """Return an element; numbers are written with two decimals at most, `inner` is markup.

    Examples
    --------
    >>> tag("rect", {"x": 1.234, "class": "n-a"})
    '<rect x="1.23" class="n-a"/>'
    """
    written = "".join(
        f" {key}={quoteattr(value if isinstance(value, str) else number(value))}"
        for key, value in attributes.items()
    )
    return f"<{name}{written}>{inner}</{name}>" if inner else f"<{name}{written}/>"


def number(value: float) -> str:
    """Write a coordinate with two decimals at most."""
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if text in {"-0", ""} else text


def text(
    at: tuple[float, float],
    words: str,
    *,
    kind: str,
    size: float,
    fill: str,
    anchor: str = "start",
) -> str:
    """Return a label.

    Parameters
    ----------
    at : tuple of float
        Where its baseline begins, x and y; with another `anchor` its middle or end.
    words : str
        Plain text.
    kind : str
        Class.
    size : float
    fill : str
    anchor : str
    """
    return tag(
        "text",
        {
            "class": kind,
            "x": at[0],
            "y": at[1],
            "font-size": size,
            "text-anchor": anchor,
            "fill": fill,
        },
        escape(words),
    )


def points_of(places: Sequence[tuple[float, float]]) -> str:
    """Return places as the ``points`` of a polyline or polygon."""
    return " ".join(f"{number(x)},{number(y)}" for x, y in places)


def canvas(
    width: float, height: float, *, kind: str, title: str, description: str, body: str
) -> str:
    """Return the whole drawing with its name for those who cannot see it.

    Parameters
    ----------
    width, height : float
        Drawing units.
    kind : str
        Class.
    title, description : str
        Plain text.
    body : str
        Markup.
    """
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="{kind}" '
        f'viewBox="0 0 {number(width)} {number(height)}" role="img" '
        f'aria-label={quoteattr(title)} font-family="{FONT}">'
        f"<title>{escape(title)}</title><desc>{escape(description)}</desc>{body}</svg>"
    )
