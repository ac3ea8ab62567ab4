"""Readers of normal children: what waits for them, one value, a decision, the quality gate."""

from __future__ import annotations

import math

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from tongying.kernel.errors import BadInput
from tongying.norms.ledger.reading import Standing
from tongying.web.norms import ledger as store
from tongying.web.pages.ledger_words import told_refusals
from tongying.web.pages.norm_tabs import norm_tabs
from tongying.web.pages.signed_in import signed_in
from tongying.web.pages.typed import decimal


@require_safe
@signed_in
@never_cache
def readings(request: HttpRequest) -> HttpResponse:
    """List what waits for the viewer: readings, decisions, the quality gate."""
    context = {
        "place": "norms",
        "tabs": norm_tabs(request, "norm-ledger"),
        "lists": store.reading_lists(request.viewer),  # type: ignore[attr-defined]
    }
    return render(request, "pages/ledger_readings.html", context)


@require_safe
@signed_in
@never_cache
def entry(request: HttpRequest, code: str) -> HttpResponse:
    """Show one value to be measured, and what the viewer may see of it."""
    return _page(request, code)


@require_POST
@signed_in
def give(request: HttpRequest, code: str) -> HttpResponse:
    """Keep a first or second reader's value."""
    return _keep(request, code, store.give)


@require_POST
@signed_in
def adjudicate(request: HttpRequest, code: str) -> HttpResponse:
    """Keep the value of the third person."""
    return _keep(request, code, store.adjudicate)


@require_POST
@signed_in
def quality(request: HttpRequest, code: str) -> HttpResponse:
    """Let an examination through the quality gate, or not."""
    posted = request.POST
    viewer = request.viewer  # type: ignore[attr-defined]
    try:
        store.judge_quality(viewer, code, posted.get("quality", ""), posted.get("reason", ""))
    except BadInput as refusal:
        return _page(request, code, quality_errors=told_refusals(refusal))
    messages.success(request, _("Your judgement is kept."))
    return HttpResponseRedirect(reverse("norm-entry", args=[code]))


def _keep(request: HttpRequest, code: str, act: object) -> HttpResponse:
    viewer = request.viewer  # type: ignore[attr-defined]
    typed = request.POST.get("value", "")
    value = decimal(typed)
    try:
        standing = act(  # type: ignore[operator]
            viewer, code, math.nan if value is None else value, request.POST.get("unit", "")
        )
    except BadInput as refusal:
        return _page(request, code, errors=told_refusals(refusal), typed=typed)
    messages.success(request, _said(standing))
    if standing is Standing.WAITING:
        return HttpResponseRedirect(reverse("norm-readings"))
    return HttpResponseRedirect(reverse("norm-entry", args=[code]))


def _said(standing: Standing) -> str:
    if standing is Standing.AGREED:
        return _("Your value is kept; the value of this child is agreed.")
    if standing is Standing.DISPUTED:
        return _("Your value is kept; the two readers differ, a third person decides.")
    return _("Your value is kept; a second reader measures without seeing it.")


def _page(request: HttpRequest, code: str, **extra: object) -> HttpResponse:
    view = store.entry_of(request.viewer, code)  # type: ignore[attr-defined]
    names = store.names_of(one.person for one in view.readings)
    context = {
        "place": "norms",
        "tabs": norm_tabs(request, "norm-ledger"),
        "view": view,
        "given": [(names.get(one.person, one.person), one) for one in view.readings],
        **extra,
    }
    return render(request, "pages/ledger_entry.html", context, status=422 if extra else 200)
