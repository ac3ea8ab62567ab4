"""Releases in the browser: look, sign, close, compare, save, and calibrate hospitals."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from tongying.kernel.errors import BadInput, Conflict, NotFound
from tongying.norms.fit.sites import FEWEST_CONTROLS
from tongying.norms.measure import measure_of
from tongying.norms.norm import Norm, SignOff
from tongying.norms.release.difference import CENTILES, difference
from tongying.norms.release.document import making_from, norm_from
from tongying.norms.release.signing import ExpertNeeded
from tongying.norms.sex import Sex
from tongying.web.norms import calibration, showing
from tongying.web.norms import releases as store
from tongying.web.norms.rights import may_fit
from tongying.web.pages.norm_figures import chart_of, file_of, table_of
from tongying.web.pages.norm_tabs import norm_tabs
from tongying.web.pages.norm_words import SEX_WORDS, place_words
from tongying.web.pages.sentences import refusal_sentence
from tongying.web.pages.signed_in import signed_in


@require_safe
@signed_in
@never_cache
def releases(request: HttpRequest) -> HttpResponse:
    """List the releases."""
    viewer = request.viewer  # type: ignore[attr-defined]
    context = {
        "place": "norms",
        "tabs": norm_tabs(request, "norm-releases"),
        "releases": showing.releases_for(viewer),
        "may_fit": may_fit(viewer),
    }
    return render(request, "pages/norm_releases.html", context)


@require_safe
@signed_in
@never_cache
def page(request: HttpRequest, norm_id: str) -> HttpResponse:
    """Show a release."""
    return render(request, "pages/norm_release.html", _context(request, norm_id))


@require_POST
@signed_in
def sign(request: HttpRequest, norm_id: str) -> HttpResponse:
    """Sign a draft; the second signature publishes it."""
    viewer = request.viewer  # type: ignore[attr-defined]
    posted = request.POST
    try:
        published = store.sign(
            viewer, norm_id, posted.get("sha256", ""), posted.get("statement", "")
        )
    except (BadInput, Conflict, ExpertNeeded) as refusal:
        return _refused(request, norm_id, refusal, "sign_error")
    said = _("Signed and published.") if published else _("Signed. A second person must sign.")
    messages.success(request, said)
    return HttpResponseRedirect(reverse("norm-release", args=[norm_id]))


@require_POST
@signed_in
def close(request: HttpRequest, norm_id: str) -> HttpResponse:
    """Close a release with a reason."""
    viewer = request.viewer  # type: ignore[attr-defined]
    try:
        store.close(viewer, norm_id, request.POST.get("reason", ""))
    except (BadInput, Conflict) as refusal:
        return _refused(request, norm_id, refusal, "close_error")
    messages.success(request, _("The release is closed; no value is scored by it any more."))
    return HttpResponseRedirect(reverse("norm-release", args=[norm_id]))


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
@never_cache
def sites(request: HttpRequest, norm_id: str) -> HttpResponse:
    """Show the hospitals a release speaks at; calibrate another one."""
    viewer = request.viewer  # type: ignore[attr-defined]
    error = ""
    status = 200
    if request.method == "POST":
        try:
            calibration.calibrate_site(viewer, norm_id, request.POST.get("hospital", ""))
        except (BadInput, Conflict) as refusal:
            error = refusal_sentence(refusal)
            status = 409 if isinstance(refusal, Conflict) else 422
        else:
            messages.success(request, _("The hospital is calibrated."))
            return HttpResponseRedirect(reverse("norm-sites", args=[norm_id]))
    row = store.release_row(viewer, norm_id)
    norm = norm_from(row.document)
    context = {
        "place": "norms",
        "tabs": norm_tabs(request, "norm-releases"),
        "norm_id": norm_id,
        "norm": norm,
        "in_force": row.state == "published",
        "sites": calibration.sites_of(norm, row),
        "candidates": calibration.candidates(norm, row) if may_fit(viewer) else [],
        "fewest": FEWEST_CONTROLS,
        "may_fit": may_fit(viewer),
        "error": error,
    }
    return render(request, "pages/norm_sites.html", context, status=status)


@require_POST
@signed_in
def undo(request: HttpRequest, norm_id: str) -> HttpResponse:
    """Take a hospital's calibration back."""
    viewer = request.viewer  # type: ignore[attr-defined]
    calibration.undo(viewer, norm_id, request.POST.get("hospital", ""))
    messages.success(request, _("The calibration is taken back."))
    return HttpResponseRedirect(reverse("norm-sites", args=[norm_id]))


@require_safe
@signed_in
@never_cache
def file(request: HttpRequest, norm_id: str, name: str) -> HttpResponse:
    """Hand out the document as it was signed, its table, chart or FHIR resource."""
    row = store.release_row(request.viewer, norm_id)  # type: ignore[attr-defined]
    norm = norm_from(row.document)
    body: bytes
    if name == "document.json":
        body, media_type = row.document.encode(), "application/json"
        filename = f"{norm_id.replace('@', '-')}.json"
    else:
        made = file_of(norm, name, sex=_sex(norm, request.GET.get("sex", "")))
        if made is None:
            raise Http404
        body, media_type, filename = made.body, made.media_type, made.filename
    response = HttpResponse(body, content_type=media_type)
    response["Content-Disposition"] = f'attachment; filename="{filename}"'
    return response


def _refused(
    request: HttpRequest, norm_id: str, refusal: BadInput | Conflict | ExpertNeeded, where: str
) -> HttpResponse:
    status = 422 if isinstance(refusal, BadInput) else 409
    context = _context(request, norm_id) | {where: refusal_sentence(refusal)}
    return render(request, "pages/norm_release.html", context, status=status)


def _context(request: HttpRequest, norm_id: str) -> dict[str, Any]:
    viewer = request.viewer  # type: ignore[attr-defined]
    release = showing.release_of(viewer, norm_id)
    context: dict[str, Any] = {
        "place": "norms",
        "tabs": norm_tabs(request, "norm-releases"),
        "release": release,
        "may_fit": may_fit(viewer),
    }
    if not release.intact:
        return context
    norm = norm_from(release.document)
    if release.published_at is not None:
        people = (SignOff(one.name, one.at.date()) for one in release.signatures)
        norm = replace(norm, signed_off=tuple(people))
    sex = _sex(norm, request.GET.get("sex", ""))
    return context | {
        "norm": norm,
        "measure": measure_of(norm.measure),
        "sex": sex,
        "sexes": list(Sex) if norm.form.by_sex() else [],
        "chart": chart_of(norm, sex),
        "table": table_of(norm, sex),
        "bands": _bands(release.document, norm),
        "making": making_from(release.document),
        "compared": _compared(viewer, release, norm),
    }


def _sex(norm: Norm, text: str) -> Sex | None:
    if not norm.form.by_sex():
        return None
    return Sex(text) if text in {one.value for one in Sex} else Sex.FEMALE


def _bands(document: str, norm: Norm) -> list[dict[str, Any]]:
    """Return n of each band, the sexes side by side."""
    making = making_from(document)
    rows: dict[tuple[float, float], dict[str, int]] = {}
    for band in making.bands if making else ():
        rows.setdefault((band.low, band.high), {})[band.sex.value if band.sex else ""] = band.n
    return [
        {
            "place": f"{place_words(norm.axis, low)} – {place_words(norm.axis, high)}",
            "girls": counts.get("F"),
            "boys": counts.get("M"),
            "all": sum(counts.values()),
        }
        for (low, high), counts in sorted(rows.items())
    ]


def _compared(viewer: Any, release: showing.ShownRelease, norm: Norm) -> dict[str, Any] | None:
    """Return what differs from the version before; None where there is none."""
    if not release.previous:
        return None
    try:
        before = store.release_row(viewer, release.previous)
    except NotFound:
        return None
    found = difference(before.document, release.document)
    return {
        "before": release.previous,
        "fields": found.fields,
        "why": found.why_no_moves,
        "furthest": found.furthest,
        "centiles": CENTILES,
        "moves": [
            {
                "sex": SEX_WORDS[move.sex],
                "place": place_words(norm.axis, move.x),
                "sd": ["" if one is None else f"{one:+.2f}" for one in move.sd],
            }
            for move in found.moves
        ],
    }
