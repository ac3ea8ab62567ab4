"""How the viewer is laid out and what is measured in it, read from a pathway's text."""

from __future__ import annotations

from tongying.measure.registry import recipes
from tongying.norms.catalogue.loading import catalogue
from tongying.pathway.definition import Hanging, ToMeasure, Viewport
from tongying.pathway.entry import Entry
from tongying.pathway.intake_reading import read_modalities

MOST_ROWS = 3
MOST_COLUMNS = 4
SIDES = frozenset({"R", "L"})
PLANES = frozenset({"axial", "sagittal", "coronal"})


def read_hangings(root: Entry) -> tuple[Hanging, ...]:
    """Return the layouts under ``hanging``."""
    return tuple(_hanging(entry) for entry in root.entries("hanging"))


def read_measurements(root: Entry) -> tuple[ToMeasure, ...]:
    """Return what is to be measured, under ``measure``."""
    return tuple(_to_measure(entry) for entry in root.entries("measure"))


def _hanging(entry: Entry) -> Hanging:
    rows = entry.whole("rows", low=1, high=MOST_ROWS)
    columns = entry.whole("columns", low=1, high=MOST_COLUMNS)
    shown = tuple(_viewport(one) for one in entry.entries("show", must=True))
    entry.done()
    if shown and len(shown) != rows * columns:
        entry.fault(
            entry.line_of("show"),
            f"{rows} by {columns} places are {rows * columns}, and {len(shown)} are described.",
            f"{rows}×{columns}共{rows * columns}格，却描述了{len(shown)}格。",
        )
    return Hanging(rows, columns, shown)


def _viewport(entry: Entry) -> Viewport:
    viewport = Viewport(
        modalities=read_modalities(entry),
        description=entry.texts("description"),
        side=_one_of(entry, "side", SIDES),
        plane=_one_of(entry, "plane", PLANES),
        prior=entry.flag("prior"),
    )
    entry.done()
    return viewport


def _one_of(entry: Entry, key: str, known: frozenset[str]) -> str:
    said = entry.text(key)
    if said and said not in known:
        these = ", ".join(sorted(known))
        entry.fault(
            entry.line_of(key),
            f"{entry.what}: {key!r} must be one of {these}.",
            f"{entry.what}：“{key}”应为以下之一：{these}。",
        )
        return ""
    return said


def _to_measure(entry: Entry) -> ToMeasure:
    name = entry.text("recipe", must=True)
    recipe = recipes().get(name)
    if name and recipe is None:
        entry.fault(
            entry.line_of("recipe"),
            f"No measurement is called {name[:60]!r}.",
            f"没有名为“{name[:60]}”的测量方法。",
        )
    norms: list[tuple[str, str]] = []
    chosen = entry.entry("norms")
    if chosen is not None:
        for measure in chosen.said():
            norm = chosen.text(measure)
            norms.append((measure, norm))
            _check_norm(chosen, measure, norm, recipe.measures if recipe else None)
    to_measure = ToMeasure(name, entry.flag("must"), entry.ages(), tuple(norms))
    entry.done()
    return to_measure


def _check_norm(entry: Entry, measure: str, norm: str, given: tuple[str, ...] | None) -> None:
    line = entry.line_of(measure)
    if given is not None and measure not in given:
        entry.fault(
            line,
            f"The measurement does not give {measure[:60]!r}; it gives {', '.join(given)}.",
            f"该测量方法不产生“{measure[:60]}”；可得：{'、'.join(given)}。",
        )
    known = catalogue().get(norm)
    if known is None:
        entry.fault(line, f"No norm is called {norm[:60]!r}.", f"没有名为“{norm[:60]}”的参考值。")
    elif known.measure != measure:
        entry.fault(
            line,
            f"The norm {norm[:60]!r} is about {known.measure}, not about {measure[:60]}.",
            f"参考值“{norm[:60]}”针对{known.measure}，而非{measure[:60]}。",
        )
