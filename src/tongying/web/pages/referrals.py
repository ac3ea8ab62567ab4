"""Lists of referrals, the quality page, and the public page behind the parents' code."""

from __future__ import annotations

from typing import Final

from django.core.cache import cache
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_safe

from tongying.consult.people import Role
from tongying.consult.referral import ReferralState
from tongying.web.pages.referral_words import LIST_WORDS, PARENTS_STATE_WORDS
from tongying.web.pages.signed_in import signed_in
from tongying.web.referrals.quality import quality as quality_of
from tongying.web.referrals.reading import (
    INCOMING,
    LISTS,
    OUTGOING,
    count_referrals,
    has_incoming,
    list_referrals,
    public_referral,
)

PER_MINUTE: Final = 30
"""Public pages that one address may ask for in a minute; a code has 130 random bits, so this only
keeps the door calm."""


@never_cache
@require_GET
@signed_in
def referrals(request: HttpRequest) -> HttpResponse:
    """List the referrals that come in, go out, or whose outcome is missing."""
    viewer = request.viewer  # type: ignore[attr-defined]
    usual = INCOMING if has_incoming(viewer) else OUTGOING
    name = request.GET.get("list", usual)
    if name not in LISTS:
        raise Http404
    counts = count_referrals(viewer)
    shown = [one for one in LISTS if one != INCOMING or has_incoming(viewer)]
    context = {
        "place": "referrals",
        "name": name,
        "lines": list_referrals(viewer, name),
        "tabs": [(one, LIST_WORDS[one], counts[one]) for one in shown],
        "sees_quality": viewer.role is Role.COORDINATOR,
    }
    return render(request, "pages/referrals.html", context)


@never_cache
@require_GET
@signed_in
def quality(request: HttpRequest) -> HttpResponse:
    """Show how opinions stood up to outcomes."""
    context = {"place": "referrals", "quality": quality_of(request.viewer)}  # type: ignore[attr-defined]
    return render(request, "pages/quality.html", context)


@require_safe
def public(request: HttpRequest, code: str) -> HttpResponse:
    """Say when and where the child is expected, to anybody who holds the parents' slip."""
    if _too_often(request):
        response = render(request, "pages/public_referral.html", {"too_often": True}, status=429)
    else:
        found = public_referral(code)
        if found is None:
            response = render(request, "pages/public_referral.html", {}, status=404)
        else:
            words = PARENTS_STATE_WORDS[ReferralState(found.state)]
            expected = found.appointment_at is not None
            context = {"found": found, "words": words, "expected": expected}
            response = render(request, "pages/public_referral.html", context)
    response["Cache-Control"] = "no-store"
    response["Referrer-Policy"] = "no-referrer"
    response["X-Robots-Tag"] = "noindex"
    return response


def _too_often(request: HttpRequest) -> bool:
    key = f"parents:{request.META.get('REMOTE_ADDR', '')}"
    cache.add(key, 0, timeout=60)
    try:
        return cache.incr(key) > PER_MINUTE
    except ValueError:
        # The count ran out between the two calls: a new minute begins.
        return False
