"""Reference values in the browser: the catalogue, one norm with its charts, and a calculator."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from tongying.kernel.errors import BadInput, Conflict
from tongying.norms.measure import Measure, measure_of, measures
from tongying.norms.norm import Norm, Origin
from tongying.norms.sex import Sex
from tongying.web.norms import sign_off as signing
from tongying.web.norms.rights import may_sign_off
from tongying.web.norms.showing import release_status
from tongying.web.norms.store import norm_in_force, norms_in_force
from tongying.web.pages.norm_calculator import calculate, form_of
from tongying.web.pages.norm_figures import chart_of, file_of, table_of
from tongying.web.pages.norm_tabs import norm_tabs
from tongying.web.pages.norm_words import (
    AREA_WORDS,
    ORIGIN_WORDS,
    area_word,
    measure_name,
    population_name,
    range_words,
)
from tongying.web.pages.sentences import refusal_sentence
from tongying.web.pages.signed_in import signed_in

SIGNED: Final = ("signed", "unsigned")
POPULATIONS: Final = ("chinese", "foreign")


@dataclass(frozen=True, slots=True)
class Line:
    """A norm in the list.

    Attributes
    ----------
    norm : Norm
    measure : Measure
    name, other_name, area, population, range : str
        In the reader's language; `other_name` in the other one.
    """

    norm: Norm
    measure: Measure
    name: str
    other_name: str
    area: str
    population: str
    range: str


@require_safe
@signed_in
@never_cache
def catalogue(request: HttpRequest) -> HttpResponse:
    """List the norms in force, narrowed by what is searched for."""
    wanted = {
        name: request.GET.get(name, "").strip()
        for name in ("q", "area", "population", "signed", "origin")
    }
    norms = list(norms_in_force().values())
    lines = sorted(
        (_line(norm) for norm in norms if _fits(norm, wanted)),
        key=lambda line: (
            list(AREA_WORDS).index(line.measure.area) if line.measure.area in AREA_WORDS else 99,
            line.measure.id,
            line.norm.population.foreign,
            line.norm.id,
        ),
    )
    areas = sorted({measure.area for measure in measures().values()} & _areas_of(norms))
    context = {
        "place": "norms",
        "tabs": norm_tabs(request, "norms"),
        "lines": lines,
        "total": len(norms),
        "unsigned": sum(not norm.signed_off for norm in norms),
        "wanted": wanted,
        "filtered": any(wanted.values()),
        "areas": [(area, area_word(area)) for area in areas],
        "origins": [(one.value, word) for one, word in ORIGIN_WORDS.items()],
    }
    name = "pages/norms.html"
    if request.headers.get("HX-Request"):
        name += "#list"
    response = render(request, name, context)
    response["Vary"] = "HX-Request"
    return response


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
@never_cache
def page(request: HttpRequest, norm_id: str) -> HttpResponse:
    """Show a norm, and what it says about a value that is typed in; nothing is kept of that."""
    norm = norm_in_force(norm_id)
    sex = _sex(norm, request.GET.get("sex", ""))
    answer: dict[str, Any] = {}
    if request.method == "POST":
        answer = calculate(norm, request.POST)
        sex = _sex(norm, request.POST.get("sex", ""))
    refused = bool(answer.get("refusal"))
    context = (
        _context(request, norm, sex)
        | answer
        | {"calculator": form_of(norm, request.POST if request.method == "POST" else None)}
    )
    return render(request, "pages/norm.html", context, status=422 if refused else 200)


@require_POST
@signed_in
def sign(request: HttpRequest, norm_id: str) -> HttpResponse:
    """Sign off a published norm."""
    viewer = request.viewer  # type: ignore[attr-defined]
    posted = request.POST
    try:
        signing.sign_off(viewer, norm_id, posted.get("sha256", ""), posted.get("statement", ""))
    except (BadInput, Conflict) as refusal:
        norm = norm_in_force(norm_id)
        context = _context(request, norm, _sex(norm, "")) | {
            "sign_error": refusal_sentence(refusal),
            "calculator": form_of(norm, None),
        }
        status = 409 if isinstance(refusal, Conflict) else 422
        return render(request, "pages/norm.html", context, status=status)
    messages.success(request, _("You have signed this norm."))
    return HttpResponseRedirect(reverse("norm", args=[norm_id]))


@require_safe
@signed_in
@never_cache
def file(request: HttpRequest, norm_id: str, name: str) -> HttpResponse:
    """Hand out a chart (SVG, PNG), the table (CSV), the document (JSON) or the FHIR resource."""
    norm = norm_in_force(norm_id)
    made = file_of(norm, name, sex=_sex(norm, request.GET.get("sex", "")))
    if made is None:
        raise Http404
    response = HttpResponse(made.body, content_type=made.media_type)
    kind = "inline" if request.GET.get("show") else "attachment"
    response["Content-Disposition"] = f'{kind}; filename="{made.filename}"'
    return response


def _context(request: HttpRequest, norm: Norm, sex: Sex | None) -> dict[str, Any]:
    viewer = request.viewer  # type: ignore[attr-defined]
    signed_names = [one.name for one in norm.signed_off]
    return {
        "place": "norms",
        "tabs": norm_tabs(request, "norms"),
        "norm": norm,
        "line": _line(norm),
        "measure": measure_of(norm.measure),
        "sex": sex,
        "by_sex": norm.form.by_sex(),
        "sexes": list(Sex) if norm.form.by_sex() else [],
        "chart": chart_of(norm, sex),
        "table": table_of(norm, sex),
        "sites": _sites(norm),
        "release": release_status(norm.id),
        "may_sign_off": may_sign_off(viewer) and norm.origin is Origin.PUBLISHED,
        "signed_names": signed_names,
    }


def _sex(norm: Norm, text: str) -> Sex | None:
    """Return the sex to be shown; girls first where none is asked for."""
    if not norm.form.by_sex():
        return None
    return Sex(text) if text in {one.value for one in Sex} else Sex.FEMALE


def _sites(norm: Norm) -> list[str]:
    if norm.sites is None:
        return []
    return sorted(set().union(*(set(one) for one in norm.sites.by_sex.values())))


def _areas_of(norms: list[Norm]) -> set[str]:
    known = measures()
    return {known[norm.measure].area for norm in norms if norm.measure in known}


def _line(norm: Norm) -> Line:
    measure = measure_of(norm.measure)
    name = measure_name(measure)
    return Line(
        norm=norm,
        measure=measure,
        name=name,
        other_name=measure.english if name == measure.chinese else measure.chinese,
        area=area_word(measure.area),
        population=population_name(norm.population),
        range=range_words(norm),
    )


def _fits(norm: Norm, wanted: dict[str, str]) -> bool:
    measure = measure_of(norm.measure)
    if wanted["area"] and measure.area != wanted["area"]:
        return False
    if wanted["population"] in POPULATIONS and norm.population.foreign != (
        wanted["population"] == "foreign"
    ):
        return False
    if wanted["signed"] in SIGNED and bool(norm.signed_off) != (wanted["signed"] == "signed"):
        return False
    if wanted["origin"] and norm.origin.value != wanted["origin"]:
        return False
    text = " ".join(
        (
            norm.id,
            measure.english,
            measure.chinese,
            measure.area,
            str(AREA_WORDS.get(measure.area, "")),
            norm.population.english,
            norm.population.chinese,
            norm.citation.text if norm.citation else "",
        )
    ).casefold()
    return all(word in text for word in wanted["q"].casefold().split())
