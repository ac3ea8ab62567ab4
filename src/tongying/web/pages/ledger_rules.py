"""Inclusion rules in the browser: who counts as normal, how far readers may differ, versions."""

from __future__ import annotations

import math
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from tongying.kernel.errors import BadInput
from tongying.norms.ledger.reading import DEFAULT_PERCENT
from tongying.web.norms import ledger as store
from tongying.web.norms.ledger_rules import ShownRule
from tongying.web.pages.ledger_words import ROUTE_WORDS, told_refusals
from tongying.web.pages.norm_tabs import norm_tabs
from tongying.web.pages.signed_in import signed_in
from tongying.web.pages.typed import decimal


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
@never_cache
def rules(request: HttpRequest) -> HttpResponse:
    """List the inclusion rules; keep a new one, or the next version of one."""
    viewer = request.viewer  # type: ignore[attr-defined]
    if request.method == "POST":
        try:
            name = store.add_rule(viewer, _wish(request.POST))
        except BadInput as refusal:
            return _page(request, request.POST, errors=told_refusals(refusal))
        messages.success(request, _("The inclusion rule %(name)s is kept.") % {"name": name})
        return HttpResponseRedirect(reverse("norm-rules"))
    return _page(request, {})


@require_POST
@signed_in
def close(request: HttpRequest, number: int) -> HttpResponse:
    """Let no more children in by a version of a rule."""
    store.close_rule(request.viewer, number)  # type: ignore[attr-defined]
    messages.success(request, _("No more children come in by this version."))
    return HttpResponseRedirect(reverse("norm-rules"))


def _page(request: HttpRequest, typed: Any, errors: list[str] | None = None) -> HttpResponse:
    viewer = request.viewer  # type: ignore[attr-defined]
    found = store.rules_for(viewer)
    before = next(
        (one for one in found if one.own and one.name == request.GET.get("from", "")), None
    )
    context = {
        "place": "norms",
        "tabs": norm_tabs(request, "norm-ledger"),
        "rules": found,
        "routes": ROUTE_WORDS,
        "typed": typed or _typed(before),
        "before": before,
        "may_manage": store.may_manage_ledger(viewer),
        "errors": errors or [],
    }
    return render(request, "pages/ledger_rules.html", context, status=422 if errors else 200)


def _typed(rule: ShownRule | None) -> dict[str, str]:
    """Return the form of a rule's next version, or of a new rule."""
    if rule is None:
        return {"percent": f"{DEFAULT_PERCENT:g}"}
    return {
        "code": rule.code,
        "route": rule.route,
        "title": rule.title,
        "text": rule.text,
        "percent": f"{rule.tolerance_percent:g}",
        "limits": "\n".join(f"{measure.id} = {limit:g}" for measure, limit in rule.limits),
        "source": rule.tolerance_source,
    }


def _wish(posted: Any) -> store.RuleWish:
    limits = {}
    for line in posted.get("limits", "").replace("＝", "=").splitlines():
        if line.strip():
            key, _sign, number = line.partition("=")
            value = decimal(number)
            limits[key.strip()] = math.nan if value is None else value
    return store.RuleWish(
        code=posted.get("code", "").strip(),
        route=posted.get("route", ""),
        title=posted.get("title", ""),
        text=posted.get("text", "")[:20_000],
        tolerance_percent=decimal(posted.get("percent", "")),
        limits=limits,
        tolerance_source=posted.get("source", ""),
    )
