"""Capacity planning: choose a scenario, have it simulated, compare, print."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from typing import Any, Final

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as fixed
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe
from django.views.decorators.vary import vary_on_headers

from tongying.consult.capacity import report, study
from tongying.consult.capacity.case_c import Numbers, case_c, case_c_with
from tongying.consult.capacity.report import Verdict
from tongying.consult.capacity.scenario_reading import LARGEST_BYTES
from tongying.kernel.errors import BadInput
from tongying.web.capacity import store
from tongying.web.pages.capacity_figures import growth_figures, run_figures, run_note
from tongying.web.pages.capacity_words import (
    VERDICT_WORDS,
    caveat_sentences,
    lever_name,
    scenario_sentence,
)
from tongying.web.pages.charts.figure import Figure, as_csv
from tongying.web.pages.signed_in import signed_in

PER_YEAR: Final = fixed("% a year")
FIELDS: Final = (
    ("hospitals", fixed("Hospitals"), ""),
    ("cases_per_day", fixed("Cases a day, all hospitals"), ""),
    ("demand_growth", fixed("Growth of demand"), PER_YEAR),
    ("staff_growth", fixed("Growth of staff"), PER_YEAR),
    ("attrition", fixed("Experts who leave"), PER_YEAR),
)
RUNS: Final = (3, 5, 10)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
@never_cache
def capacity(request: HttpRequest) -> HttpResponse:
    """Show growth, the form and the runs; start a run."""
    viewer = request.viewer  # type: ignore[attr-defined]
    store.check_planning(viewer)
    error = ""
    if request.method == "POST":
        try:
            code = store.ask(viewer, _asked(request))
        except BadInput as refusal:
            error = scenario_sentence(refusal)
        else:
            return HttpResponseRedirect(reverse("capacity-run", args=[code]))
    context = {
        "place": "capacity",
        "error": error,
        "runs": [(one, lever_name(one.name)) for one in store.runs(viewer)],
        "fields": _fields(request),
        "run_choices": RUNS,
        "chosen_runs": request.POST.get("runs", "5"),
        "summary": _arithmetic(),
        "figures": growth_figures(_arithmetic()),
    }
    return render(request, "pages/capacity.html", context, status=422 if error else 200)


@require_safe
@signed_in
@never_cache
@vary_on_headers("HX-Request")
def run(request: HttpRequest, code: str) -> HttpResponse:
    """Show a run: how far it is, or what came out."""
    shown = store.run_of(request.viewer, code)  # type: ignore[attr-defined]
    context: dict[str, Any] = {"place": "capacity", "run": shown, "name": lever_name(shown.name)}
    context["lever"] = lever_name(shown.lever) if shown.total else ""
    result = shown.result
    if result is not None:
        context |= {
            "summary": result,
            "figures": _figures(result),
            "lines": _lines(result),
            "caveats": caveat_sentences(result),
            "note": run_note(result),
        }
    name = "pages/capacity_run.html"
    if request.headers.get("HX-Request") and result is None:
        name += "#progress"
    response = render(request, name, context)
    if request.headers.get("HX-Request") and (result is not None or shown.failure):
        response = HttpResponse(status=204)
        response["HX-Refresh"] = "true"
    return response


@require_safe
@signed_in
@never_cache
def export(request: HttpRequest, code: str, name: str, kind: str) -> HttpResponse:
    """Send a chart as SVG or CSV, all results as JSON or CSV, or the scenario as TOML."""
    viewer = request.viewer  # type: ignore[attr-defined]
    if (name, kind) == ("scenario", "toml"):
        return _file(store.scenario_of(viewer, code), "scenario.toml", "application/toml")
    result = store.run_of(viewer, code).result
    if result is None:
        raise Http404
    if (name, kind) == ("result", "json"):
        text = json.dumps(result, ensure_ascii=False, indent=1)
        return _file(text, "result.json", "application/json")
    if (name, kind) == ("result", "csv"):
        return _file(as_csv(*_sheet(result)), "result.csv", "text/csv")
    found: Figure | None = next((one for one in _figures(result) if one.key == name), None)
    if found is None or kind not in ("svg", "csv"):
        raise Http404
    if kind == "svg":
        return _file(str(found.svg), f"{name}.svg", "image/svg+xml")
    return _file(as_csv(found.head, found.rows), f"{name}.csv", "text/csv")


@require_safe
@signed_in
def example(request: HttpRequest) -> HttpResponse:
    """Send the default scenario: the form of every other one, with its sources."""
    store.check_planning(request.viewer)  # type: ignore[attr-defined]
    return _file(case_c_with(Numbers()), "capacity.toml", "application/toml")


def _asked(request: HttpRequest) -> str:
    """Return the scenario that the form describes: the uploaded file, or the case of source C."""
    given = request.FILES.get("scenario")
    if given is not None:
        if given.size is None or given.size > LARGEST_BYTES:
            raise store.ScenarioTooLong("A scenario is at most 256 KB long.")
        try:
            return given.read().decode("utf-8-sig")
        except UnicodeDecodeError:
            raise BadInput(_("A scenario is a text in UTF-8."), "capacity.encoding") from None
    values = {name: _number(request, name, label) for name, label, _unit in FIELDS}
    runs = request.POST.get("runs", "")
    chosen = int(runs) if runs in {str(one) for one in RUNS} else None
    return case_c_with(replace(Numbers(**values), runs=chosen))


def _number(request: HttpRequest, name: str, label: str) -> float | None:
    text = request.POST.get(name, "").strip().replace(",", ".")
    if not text:
        return None
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        sentence = _("“%(label)s” must be a number.") % {"label": _(label)}
        raise BadInput(sentence, "capacity.number")
    return value


def _fields(request: HttpRequest) -> list[dict[str, str]]:
    scenario = case_c()
    usual = {
        "hospitals": scenario.demand.hospitals,
        "cases_per_day": scenario.demand.cases_per_day,
        "demand_growth": scenario.demand.growth_percent,
        "staff_growth": scenario.staff_growth_percent,
        "attrition": scenario.attrition_percent,
    }
    return [
        {
            "name": name,
            "label": _(label),
            "unit": _(unit) if unit else "",
            "value": request.POST.get(name, f"{usual[name]:g}"),
        }
        for name, label, unit in FIELDS
    ]


def _arithmetic() -> dict[str, Any]:
    """Return the growth of the default scenario, with nothing simulated."""
    scenario = case_c()
    years = study.growth_years(scenario, study.GROWTH_YEARS)
    return report.as_json(study.Study(scenario, years, (), 0))


def _figures(result: dict[str, Any]) -> tuple[Figure, ...]:
    return growth_figures(result) + run_figures(result)


def _lines(result: dict[str, Any]) -> list[dict[str, Any]]:
    verdicts = {
        (one["lever"], one["year"], one["figure"]): Verdict(one["verdict"])
        for one in result["comparisons"]
    }
    lines = []
    for one in result["results"]:
        found = {
            figure: verdicts.get((one["lever"], one["year"], figure))
            for figure in ("within_6h", "kept", "wall_p95_hours")
        }
        lines.append(
            {
                "name": lever_name(one["lever"]),
                "base": not one["lever"],
                "one": one,
                "load": f"{one['load'] * 100:.0f}",
                "within": _share(one["figures"]["within_6h"]),
                "kept": _share(one["figures"]["kept"]),
                "emergency": _share(one["kept_by_urgency"].get("emergency")),
                "p95": _hours(one["figures"]["wall_p95_hours"]),
                "service_p95": _hours(one["figures"]["service_p95_hours"]),
                "gini": "—" if one["overloaded"] else f"{one['figures']['gini']['median']:.2f}",
                "undone": f"{one['backlog_hours_per_week']:.0f}",
                "marks": {
                    name: (verdict.value, VERDICT_WORDS[verdict])
                    for name, verdict in found.items()
                    if verdict is not None
                },
            }
        )
    return lines


def _share(band: dict[str, float] | None) -> str:
    if band is None:
        return "—"
    low, high = band["low"] * 100, band["high"] * 100
    return f"{band['median'] * 100:.1f} ({low:.1f}–{high:.1f})"


def _hours(band: dict[str, float] | None) -> str:
    return "—" if band is None else f"{band['median']:.1f} ({band['low']:.1f}–{band['high']:.1f})"


def _sheet(result: dict[str, Any]) -> tuple[list[str], list[list[str]]]:
    figures = list(report.FIGURES)
    plain_ = ["experts", "desk_hours_per_week", "work_hours_per_week", "backlog_hours_per_week"]
    head = ["lever", "year", "load", *plain_]
    head += [f"{name}_{part}" for name in figures for part in ("median", "low", "high")]
    rows = []
    for one in result["results"]:
        row = [one["lever"], str(one["year"]), f"{one['load']:.6g}"]
        row += [f"{one[name]:.6g}" for name in plain_]
        for name in figures:
            band = one["figures"][name]
            row += ["" if band is None else f"{band[p]:.6g}" for p in ("median", "low", "high")]
        rows.append(row)
    return head, rows


def _file(text: str, name: str, kind: str) -> HttpResponse:
    response = HttpResponse(text, content_type=f"{kind}; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="tongying-{name}"'
    return response
