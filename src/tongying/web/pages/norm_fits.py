"""Fits in the browser: choose what is to be fitted, wait, look at the curve and what is wrong."""

from __future__ import annotations

from typing import Any, Final

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django.views.decorators.vary import vary_on_headers

from tongying.kernel.errors import BadInput, Conflict
from tongying.norms.fit.choose import FAMILIES
from tongying.norms.fit.settings import Sexes
from tongying.web.norms import fits as store
from tongying.web.norms import releases
from tongying.web.norms.rights import may_fit
from tongying.web.norms.sources import AXES
from tongying.web.pages.norm_fit_context import fit_context
from tongying.web.pages.norm_tabs import norm_tabs
from tongying.web.pages.norm_words import AXIS_WORDS, FAMILY_WORDS, SEXES_WORDS
from tongying.web.pages.sentences import refusal_sentence
from tongying.web.pages.signed_in import signed_in

USUAL: Final = {"axis": "corrected-age", "sexes": Sexes.APART.value}
PROGRESS: Final = "progress"


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
@never_cache
def fits(request: HttpRequest) -> HttpResponse:
    """List the fits and what may be fitted; ask for one."""
    viewer = request.viewer  # type: ignore[attr-defined]
    error = ""
    if request.method == "POST":
        try:
            code = store.ask(viewer, _wish(request))
        except BadInput as refusal:
            error = refusal_sentence(refusal)
        else:
            return HttpResponseRedirect(reverse("norm-fit", args=[code]))
    given = request.POST
    sources = store.sources_for(viewer)
    context = {
        "place": "norms",
        "tabs": norm_tabs(request, "norm-fits"),
        "fits": store.fits_for(viewer),
        "sources": sources,
        "may_fit": may_fit(viewer),
        "axes": [(one.value, AXIS_WORDS[one]) for one in AXES],
        "families": [(name, FAMILY_WORDS[name]) for name in FAMILIES],
        "sexes": [(one.value, SEXES_WORDS[one]) for one in Sexes],
        "chosen": {
            "source": given.get("source") or (sources[0].key if sources else ""),
            "axis": given.get("axis", USUAL["axis"]),
            "sexes": given.get("sexes", USUAL["sexes"]),
            "families": given.getlist("families") if given else list(FAMILIES),
            "by_site": "by_site" in given if given else True,
        },
        "error": error,
    }
    return render(request, "pages/norm_fits.html", context, status=422 if error else 200)


@require_safe
@signed_in
@never_cache
@vary_on_headers("HX-Request")
def page(request: HttpRequest, code: str) -> HttpResponse:
    """Show a fit: how far it is, or what came out."""
    fit = store.fit_of(request.viewer, code)  # type: ignore[attr-defined]
    if request.GET.get("part") == PROGRESS and request.headers.get("HX-Request"):
        if not fit.waits:
            response = HttpResponse(status=204)
            response["HX-Refresh"] = "true"
            return response
        return render(request, "pages/norm_fit.html#progress", {"fit": fit})
    return render(request, "pages/norm_fit.html", _context(request, fit))


@require_POST
@signed_in
def draft(request: HttpRequest, code: str) -> HttpResponse:
    """Draft a release from a fit."""
    viewer = request.viewer  # type: ignore[attr-defined]
    try:
        norm_id = releases.draft(viewer, code)
    except (BadInput, Conflict) as refusal:
        fit = store.fit_of(viewer, code)
        context = _context(request, fit) | {"draft_error": refusal_sentence(refusal)}
        status = 409 if isinstance(refusal, Conflict) else 422
        return render(request, "pages/norm_fit.html", context, status=status)
    return HttpResponseRedirect(reverse("norm-release", args=[norm_id]))


def _context(request: HttpRequest, fit: store.ShownFit) -> dict[str, Any]:
    viewer = request.viewer  # type: ignore[attr-defined]
    return {
        "place": "norms",
        "tabs": norm_tabs(request, "norm-fits"),
        "fit": fit,
        "may_fit": may_fit(viewer),
        **fit_context(fit),
    }


def _wish(request: HttpRequest) -> store.FitWish:
    posted = request.POST
    return store.FitWish(
        source=posted.get("source", ""),
        axis=posted.get("axis", ""),
        families=tuple(posted.getlist("families")),
        by_site="by_site" in posted,
        sexes=posted.get("sexes", Sexes.APART.value),
    )
