"""Adding a study's child to the normal children: one page, what was chosen last stands there."""

from __future__ import annotations

from dataclasses import replace
from itertools import groupby
from typing import Any, Final

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from tongying.norms.ledger.eligibility import Agreement, Consent
from tongying.norms.ledger.faults import LedgerRefused
from tongying.norms.measure import Measure
from tongying.norms.method import MeasuringMethod
from tongying.web.norms import ledger as store
from tongying.web.pages.ledger_words import CONSENT_WORDS, SIDE_CHOICES, told_fault
from tongying.web.pages.norm_tabs import norm_tabs
from tongying.web.pages.signed_in import signed_in
from tongying.web.pages.typed import day, decimal, gestation_days

SIDES: Final = {"none": ("",), "both": ("R", "L"), "R": ("R",), "L": ("L",)}


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
@never_cache
def enrol(request: HttpRequest) -> HttpResponse:
    """Show what is known of a study's child; enter it."""
    viewer = request.viewer  # type: ignore[attr-defined]
    given = request.POST if request.method == "POST" else request.GET
    uid = given.get("study", "")
    view = store.enrolment_of(viewer, uid)
    errors: list[str] = []
    wrong: set[str] = set()
    typed: tuple[str, str] | None = None
    if request.method == "POST":
        wish = _wish(request.POST)
        typed = request.POST.get("gestation_weeks", ""), request.POST.get("gestation_days", "")
        try:
            code = store.enrol(viewer, uid, wish)
        except LedgerRefused as refusal:
            view = replace(view, wish=wish)
            errors = list(dict.fromkeys(told_fault(one) for one in refusal.faults))
            wrong = {one.column for one in refusal.faults}
        else:
            messages.success(request, _("The child stands in the ledger and waits for readers."))
            return HttpResponseRedirect(reverse("norm-subject", args=[code]))
    context = {
        "place": "norms",
        "tabs": norm_tabs(request, "norm-ledger"),
        "view": view,
        "wish": view.wish,
        "areas": _areas(view.wish.measures),
        "sides": SIDE_CHOICES,
        "side": next((key for key, value in SIDES.items() if value == view.wish.sides), "none"),
        "consents": CONSENT_WORDS,
        "gestation": typed or _weeks(view.wish.gestation_days),
        "errors": errors,
        "wrong": wrong,
    }
    return render(request, "pages/ledger_enrol.html", context, status=422 if errors else 200)


def _areas(chosen: tuple[str, ...]) -> list[tuple[str, list[tuple[Measure, bool]], bool]]:
    """Return the measures by area, and whether one of an area is chosen."""
    rows = sorted(store.ledger_measures().values(), key=lambda one: one.area)
    found = []
    for area, group in groupby(rows, key=lambda one: one.area):
        ticked = [(one, one.id in chosen) for one in group]
        found.append((area, ticked, any(yes for _, yes in ticked)))
    return sorted(found, key=lambda one: not one[2])


def _wish(posted: Any) -> store.EnrolWish:
    consent = posted.get("consent", "")
    rule = posted.get("rule", "")
    return store.EnrolWish(
        rule=int(rule) if rule.isdecimal() and len(rule) < 10 else 0,
        label=posted.get("label", "")[:60],
        agreement=Agreement(
            Consent(consent) if consent in set(Consent) else Consent.NOT_SAID,
            day(posted.get("consent_on", "")),
            posted.get("consent_reference", "")[:200],
        ),
        gestation_days=gestation_days(
            posted.get("gestation_weeks", ""), posted.get("gestation_days", "")
        ),
        height_cm=decimal(posted.get("height_cm", "")),
        weight_kg=decimal(posted.get("weight_kg", "")),
        measures=tuple(posted.getlist("measures")),
        sides=SIDES.get(posted.get("side", "none"), ("",)),
        method=MeasuringMethod(
            *(posted.get(key, "").strip()[:200] for key in ("tool", "version", "protocol", "how"))
        ),
    )


def _weeks(days: int | None) -> tuple[int, int] | None:
    return None if days is None else divmod(days, 7)
