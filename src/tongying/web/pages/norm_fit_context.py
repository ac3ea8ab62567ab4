"""What the page of a fit shows: the curve over its values, what was tried, what is wrong."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import pgettext_lazy as _p

from tongying.norms.axis import AxisKind
from tongying.norms.chart.scatter import scatter_svg
from tongying.norms.chart.words import sex_word
from tongying.norms.chart.worm_svg import worm_svg
from tongying.norms.fit.rows import x_of
from tongying.norms.forms.form import Distribution
from tongying.norms.norm import Norm
from tongying.norms.release.document import norm_from
from tongying.norms.sex import Sex
from tongying.web.norms.fits import ShownFit, frozen_entries
from tongying.web.norms.models import NormEntry
from tongying.web.norms.sources import fit_row
from tongying.web.pages.norm_figures import language
from tongying.web.pages.norm_words import (
    AXIS_WORDS,
    FAMILY_WORDS,
    MOMENT_WORDS,
    SEX_WORDS,
    SEXES_WORDS,
    measure_name,
    place_words,
)

TIER_WORDS: Final = {
    "established": _p("tier", "120 or more"),
    "provisional": _p("tier", "40 to 119: provisional"),
    "raw-only": _p("tier", "fewer than 40: raw values only"),
}
"""CLSI EP28-A3c."""
Q_DOUBTED: Final = 0.01
Z_DOUBTED: Final = 2.0
"""Royston and Wright 2000: a Z statistic of an age group beyond it deserves a look."""
MOST_REFUSED: Final = 100


def fit_context(fit: ShownFit) -> dict[str, Any]:
    """Return the context of a fit's page."""
    settings = fit.settings
    axis = AxisKind(settings["axis"])
    context: dict[str, Any] = {
        "name": measure_name(fit.measure),
        "axis_word": AXIS_WORDS[axis],
        "sexes_word": SEXES_WORDS.get(settings["sexes"], ""),
        "families_words": [str(FAMILY_WORDS.get(one, one)) for one in settings["families"]],
    }
    result = fit.result
    if result is None:
        return context
    used = frozen_entries(result["used"])
    norm = norm_from(result["document"]) if result["document"] else None
    groups = [_group(one, axis, norm, used) for one in result["groups"]]
    return context | {
        "norm": norm,
        "groups": groups,
        "findings": [line for group in groups for line in group["findings"]],
        "refused": _refused(result["refused"]),
        "refused_count": len(result["refused"]),
        "used_count": len(used),
        "partition": result["sexes"],
    }


def _group(
    group: Mapping[str, Any], axis: AxisKind, norm: Norm | None, used: list[NormEntry]
) -> dict[str, Any]:
    sex = Sex(group["sex"]) if group["sex"] else None
    diagnostics = group["diagnostics"]
    choice = group["choice"]
    word = SEX_WORDS[sex]
    return {
        "sex": word,
        "key": group["sex"] or "all",
        "tier": TIER_WORDS.get(group["tier"], group["tier"]),
        "is_established": group["tier"] == "established",
        "children": group["children"],
        "measurements": group["measurements"],
        "bands": [
            {
                "place": f"{place_words(axis, one['low'])} – {place_words(axis, one['high'])}",
                "children": one["children"],
            }
            for one in group["bands"]
        ],
        "sites": sorted(group["sites"].items()),
        "choice": choice,
        "family": FAMILY_WORDS.get(choice["family"], choice["family"]) if choice else "",
        "candidates": _candidates(choice) if choice else [],
        "scatter": _scatter(norm, axis, sex, used),
        "worm": _worm(diagnostics, axis, sex) if diagnostics else "",
        "q": _q(diagnostics["q"], axis) if diagnostics and diagnostics["q"] else None,
        "shares": _shares(diagnostics) if diagnostics else [],
        "findings": [
            {"sex": word, "sentence": one["sentence"]}
            for one in (diagnostics["findings"] if diagnostics else [])
        ],
        "caveats": [*group["caveats"], *(choice["caveats"] if choice else [])],
        "replicates_failed": group["replicates_failed"],
        "interval": _interval(group["interval"]) if group["interval"] else None,
    }


def _candidates(choice: Mapping[str, Any]) -> list[dict[str, Any]]:
    best = choice["bic"]
    return [
        {
            "family": FAMILY_WORDS.get(one["family"], one["family"]),
            "power": f"{one['power']:g}",
            "bic": "" if one["bic"] is None else f"{one['bic']:.1f}",
            "more": "" if one["bic"] is None else f"{one['bic'] - best:+.1f}",
            "effective": "" if one["effective"] is None else f"{one['effective']:.1f}",
            "refused": one["refused"],
            "chosen": (one["family"], one["power"]) == (choice["family"], choice["power"]),
        }
        for one in choice["candidates"]
    ]


def _scatter(
    norm: Norm | None, axis: AxisKind, sex: Sex | None, used: list[NormEntry]
) -> SafeString | str:
    """Return the curve over the values; nothing where there is none for this sex."""
    if norm is None or not isinstance(norm.form, Distribution):
        return ""
    if norm.form.by_sex() and sex is None:
        return ""
    points = []
    for entry in used:
        x = x_of(fit_row(entry), axis)
        if x is None or entry.value is None:
            continue
        if sex is None or entry.subject.sex == sex.value:
            points.append((x, entry.value))
    svg = scatter_svg(norm, sex=sex, points=points, language=language())
    return mark_safe(svg)  # noqa: S308 -- escaped there


def _worm(diagnostics: Mapping[str, Any], axis: AxisKind, sex: Sex | None) -> SafeString:
    title = sex_word(sex, language())
    svg = worm_svg(diagnostics["worms"], axis=axis, title=title, language=language())
    return mark_safe(svg)  # noqa: S308 -- escaped there


def _q(q: Mapping[str, Any], axis: AxisKind) -> dict[str, Any]:
    return {
        "moments": MOMENT_WORDS,
        "rows": [
            {
                "place": f"{place_words(axis, one['low_x'])} – {place_words(axis, one['high_x'])}",
                "n": one["n"],
                "z": [(f"{z:+.1f}", abs(z) > Z_DOUBTED) for z in one["z"]],
            }
            for one in q["groups"]
        ],
        "q": [f"{one:.1f}" for one in q["q"]],
        "freedom": [f"{one:.1f}" for one in q["freedom"]],
        "p": [
            ("—" if one is None else f"{one:.3f}" if one >= 0.001 else "< 0.001",
             one is not None and one < Q_DOUBTED)
            for one in q["p"]
        ],
    }  # fmt: skip


def _shares(diagnostics: Mapping[str, Any]) -> list[dict[str, str]]:
    shown = []
    for name, label in (("below_p3", "< P3"), ("above_p97", "> P97")):
        one = diagnostics[name]
        shown.append(
            {
                "label": label,
                "share": f"{100 * one['share']:.1f} %",
                "interval": f"{100 * one['low']:.1f} – {100 * one['high']:.1f} %",
                "count": f"{one['k']}/{one['n']}",
            }
        )
    return shown


def _interval(interval: Mapping[str, Any]) -> dict[str, Any]:
    def said(value: float | None) -> str:
        return "" if value is None else f"{value:.4g}"

    def span(pair: list[float] | None) -> str:
        return "" if not pair else f"{pair[0]:.4g} – {pair[1]:.4g}"

    return {
        "low": said(interval["low"]),
        "high": said(interval["high"]),
        "low_ci": span(interval["low_ci"]),
        "high_ci": span(interval["high_ci"]),
        "n": interval["n"],
        "values": ", ".join(said(one) for one in interval["values"] or ()),
        "caveats": interval["caveats"],
    }


def _refused(rows: list[dict[str, Any]]) -> list[dict[str, str]]:
    """Return what was left out, by hospital and without the child's number."""
    shown = rows[:MOST_REFUSED]
    entries = {one.code: one for one in frozen_entries([row["entry"] for row in shown])}
    return [
        {
            "site": entries[row["entry"]].subject.hospital_id if row["entry"] in entries else "",
            "sentence": row["sentence"],
        }
        for row in shown
    ]
