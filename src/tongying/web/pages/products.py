"""The inventory of products, by step, disease and level of hospital."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from tongying.ai.card.definition import Step
from tongying.consult.agreement import Tier
from tongying.consult.people import Role
from tongying.kernel.errors import BadInput, Conflict
from tongying.web.evidence import products
from tongying.web.evidence.choices import installed_models
from tongying.web.evidence.vendors import speak_for, speakers_of
from tongying.web.pages.sentences import refusal_sentence
from tongying.web.pages.signed_in import signed_in

PRODUCT = (
    *("name", "vendor", "step", "disease", "card_id"),
    *("registration", "registration_class", "paediatric"),
)
VENDOR = ("code", "name", "size_band", "contact")


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
@never_cache
def index(request: HttpRequest) -> HttpResponse:
    """Show the inventory, and take a product or a vendor."""
    viewer = request.viewer  # type: ignore[attr-defined]
    what = request.POST.get("what", "")
    error, status = "", 200
    if request.method == "POST":
        try:
            said = _take(request, what)
        except (BadInput, Conflict) as refusal:
            error = refusal_sentence(refusal)
            status = 409 if isinstance(refusal, Conflict) else 422
        else:
            messages.success(request, said)
            return HttpResponseRedirect(reverse("products"))
    step, disease = request.GET.get("step", ""), request.GET.get("disease", "").strip()
    whole = products.inventory(viewer)
    context = {
        "place": "products",
        "lines": products.inventory(viewer, step=step, disease=disease),
        "gaps": products.gaps(whole),
        "steps": list(Step),
        "tiers": [one.value for one in Tier],
        "vendors": products.vendors(),
        "models": installed_models(),
        "speakers": speakers_of(viewer) if viewer.role is Role.ADMIN else (),
        "may_keep": products.may_keep(viewer),
        "step": step,
        "disease": disease,
        "what": what,
        "given": request.POST if error else {},
        "error": error,
        "paediatric": products.PAEDIATRIC,
    }
    return render(request, "pages/products.html", context, status=status)


@require_POST
@signed_in
def use(request: HttpRequest, code: str) -> HttpResponse:
    """Say whether one's hospital uses a product."""
    viewer = request.viewer  # type: ignore[attr-defined]
    products.set_use(viewer, code, used=request.POST.get("used") == "1")
    return HttpResponseRedirect(reverse("products"))


@require_POST
@signed_in
def speaker(request: HttpRequest) -> HttpResponse:
    """Say for which vendor an account speaks."""
    viewer = request.viewer  # type: ignore[attr-defined]
    try:
        speak_for(viewer, request.POST.get("login", ""), request.POST.get("vendor", ""))
    except BadInput as refusal:
        messages.error(request, refusal_sentence(refusal))
    else:
        messages.success(request, _("The account sees this vendor's figures from now on."))
    return HttpResponseRedirect(reverse("products"))


def _take(request: HttpRequest, what: str) -> str:
    viewer = request.viewer  # type: ignore[attr-defined]
    if what == "vendor":
        given = {name: request.POST.get(name, "") for name in VENDOR}
        products.add_vendor(viewer, products.VendorDraft(**given))
        return _("The vendor is entered.")
    given = {name: request.POST.get(name, "") for name in PRODUCT}
    given["paediatric"] = given["paediatric"] or "unknown"
    products.add_product(viewer, products.ProductDraft(**given))
    return _("The product is entered.")
