"""Measurements in the browser: enter one, strike one, read a child's over time, hand them on."""

from __future__ import annotations

import re
from typing import Final

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django.views.decorators.vary import vary_on_headers

from tongying.kernel.errors import BadInput
from tongying.web.measurements import store
from tongying.web.measurements.doubting import doubts_of_entry
from tongying.web.measurements.reporting import write_report
from tongying.web.measurements.shown import Shown
from tongying.web.pages.doubt_form import answered_in, boxes
from tongying.web.pages.measurement_charts import groups_of
from tongying.web.pages.measurement_form import (
    MeasurementForm,
    asked_of,
    choices,
    entry_of,
    own_faults,
    started,
    typed,
    whole,
)
from tongying.web.pages.measurement_link import measure_url
from tongying.web.pages.measurement_words import opinion_sentence
from tongying.web.pages.sentences import refusal_sentence, said
from tongying.web.pages.signed_in import signed_in

_UID: Final = re.compile(r"[0-9.]{1,64}")


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
@never_cache
@vary_on_headers("HX-Request")
def new(request: HttpRequest) -> HttpResponse:
    """Ask what was measured; keep it, once what is doubtful about it is said to be right."""
    viewer = request.viewer  # type: ignore[attr-defined]
    values = typed(request.POST if request.method == "POST" else request.GET)
    if request.method != "POST":
        return _form(request, MeasurementForm(values))
    faults = own_faults(values)
    if not faults:
        try:
            entry = entry_of(values)
            doubts = doubts_of_entry(viewer, entry, answered_in(request.POST))
            if doubts:
                asked = boxes(doubts, request.POST)
                return _form(request, MeasurementForm(values, doubts=asked))
            code = store.enter(viewer, entry)
        except store.MeasurementRefused as refusal:
            faults = {name: said(sentence) for name, sentence in refusal.faults.items()}
        else:
            return HttpResponseRedirect(_back(values, store.measurement_of(viewer, code)))
    return _form(request, MeasurementForm(values, faults))


@require_POST
@signed_in
def strike(request: HttpRequest, code: str) -> HttpResponse:
    """Strike a measurement with a reason."""
    viewer = request.viewer  # type: ignore[attr-defined]
    try:
        store.strike(viewer, code, request.POST.get("reason", ""))
    except BadInput as refusal:
        messages.error(request, refusal_sentence(refusal))
    else:
        messages.success(request, _("The measurement is struck; it stays to be read."))
    return HttpResponseRedirect(_back(typed(request.POST), store.measurement_of(viewer, code)))


@require_POST
@signed_in
def insert(request: HttpRequest, code: str) -> HttpResponse:
    """Add a measurement's sentence to the opinion that the viewer writes."""
    viewer = request.viewer  # type: ignore[attr-defined]
    shown = store.measurement_of(viewer, code)
    case = store.insert_into_opinion(viewer, code, opinion_sentence(shown))
    messages.success(request, _("The sentence stands in the findings of your opinion."))
    return HttpResponseRedirect(reverse("case", args=[case]) + "#opinion")


@require_POST
@signed_in
def report(request: HttpRequest, code: str) -> HttpResponse:
    """Write a measurement, and all others of its study, into the study as a DICOM report."""
    viewer = request.viewer  # type: ignore[attr-defined]
    count = write_report(viewer, code)
    messages.success(
        request,
        _("Saved into the study as a DICOM report: %(number)s measurements.") % {"number": count},
    )
    return HttpResponseRedirect(_back(typed(request.POST), store.measurement_of(viewer, code)))


@require_safe
@signed_in
@never_cache
def of_child(request: HttpRequest, number: int) -> HttpResponse:
    """Show all measurements of a child, each measure over time on its centile chart."""
    viewer = request.viewer  # type: ignore[attr-defined]
    found = store.measurements_of_child(viewer, number)
    context = {
        "place": "studies",
        "child": found.child,
        "groups": groups_of(found.lines),
        "measure_url": measure_url(viewer, child=number),
        "back": {"child": number},
    }
    return render(request, "pages/child_measurements.html", context)


def _form(request: HttpRequest, form: MeasurementForm) -> HttpResponse:
    viewer = request.viewer  # type: ignore[attr-defined]
    place = store.place_of(viewer, asked_of(form.values))
    again = bool(form.faults or form.doubts)
    values = form.values if again else started(place, form.values)
    context = {
        "place": "worklist" if place.case else "studies",
        "about": place,
        "values": values,
        "faults": form.faults,
        "doubts": form.doubts,
        "back_url": _back(values, None, place.child.id),
        **choices(place, values),
    }
    name = "pages/measurement_new.html"
    if request.headers.get("HX-Request"):
        name = "pages/_measurement_fields.html"
    return render(request, name, context, status=422 if again else 200)


def _back(values: dict[str, str], shown: Shown | None, child: int | None = None) -> str:
    """Return the page one came from."""
    case = whole(values["case"])
    if case is not None:
        return reverse("case", args=[case]) + "#measurements"
    if _UID.fullmatch(values["study"]):
        return reverse("study", args=[values["study"]]) + "#measurements"
    number = shown.child if shown is not None else child
    return reverse("child-measurements", args=[number])
