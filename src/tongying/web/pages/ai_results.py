"""Reading a study beside models: the own read, the results, and a word about each of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from tongying.consult.people import Viewer
from tongying.kernel.errors import BadInput, Conflict, NotAllowed
from tongying.web.ai.drafting import confirm_draft, put_draft
from tongying.web.ai.reading import VERDICTS, Read, ReadRefused, commit_read
from tongying.web.ai.review_report import finish_review
from tongying.web.ai.reviewing import Decision, MissedFinding, add_missed, review
from tongying.web.ai.showing import results_of_study
from tongying.web.ai.shown import StudyResults
from tongying.web.ai.sight import run_of
from tongying.web.cases.showing import show
from tongying.web.pages.ai_draft import draft_lines
from tongying.web.pages.ai_learning import learning
from tongying.web.pages.sentences import refusal_sentence, said
from tongying.web.pages.signed_in import signed_in
from tongying.web.pages.typed import decimal, whole
from tongying.web.pages.words import in_chinese
from tongying.web.records.study_page import study_view

NUMBERS: Final = ("diameter_mm", "value")


@never_cache
@require_safe
@signed_in
def page(request: HttpRequest, uid: str) -> HttpResponse:
    """Show a study's results, item by item, or ask for the own read first."""
    return _page(request, uid)


@require_POST
@signed_in
def read(request: HttpRequest, uid: str) -> HttpResponse:
    """Commit the viewer's own read; the results are shown from then on."""
    viewer = request.viewer  # type: ignore[attr-defined]
    case = whole(request.POST.get("case", ""))
    try:
        commit_read(viewer, uid, _read(request), case=case)
    except ReadRefused as refusal:
        return _page(request, uid, faults=refusal.faults, status=422)
    except Conflict as refusal:
        messages.error(request, refusal_sentence(refusal))
    else:
        messages.success(request, _("Your own read is committed. AI results are shown now."))
    return HttpResponseRedirect(_address(uid, case))


@require_POST
@signed_in
def finish(request: HttpRequest, uid: str) -> HttpResponse:
    """Keep what the viewer says now, and write their decisions into the study."""
    viewer = request.viewer  # type: ignore[attr-defined]
    case = whole(request.POST.get("case", ""))
    try:
        count = finish_review(viewer, uid, _read(request), case=case)
    except ReadRefused as refusal:
        return _page(request, uid, faults=refusal.faults, status=422)
    except Conflict as refusal:
        messages.error(request, refusal_sentence(refusal))
    else:
        told = ngettext(
            "Your review is kept; %(number)s decision is in the study as a DICOM report.",
            "Your review is kept; %(number)s decisions are in the study as a DICOM report.",
            count,
        )
        messages.success(request, told % {"number": count})
    return HttpResponseRedirect(_address(uid, case))


@require_POST
@signed_in
def decide(request: HttpRequest, code: str) -> HttpResponse:
    """Accept, edit or reject one item; a script gets the item as it is then."""
    posted = request.POST
    item = posted.get("item", "")
    edited = {name: posted.get(name, "").strip() for name in ("side", "text")}
    told: dict[str, Any] = {name: text for name, text in edited.items() if text}
    for name in NUMBERS:
        if posted.get(name, "").strip():
            told[name] = decimal(posted[name])
    decision = Decision(item, posted.get("decision", ""), told, posted.get("reason", ""))
    return _answer(request, code, lambda viewer: review(viewer, code, decision), item)


@require_POST
@signed_in
def missed(request: HttpRequest, code: str) -> HttpResponse:
    """Add a finding that the model does not have."""
    posted = request.POST
    added = MissedFinding(
        kind=posted.get("kind", ""),
        text=posted.get("text", ""),
        side=posted.get("side", ""),
    )
    return _answer(request, code, lambda viewer: add_missed(viewer, code, added), "")


@require_POST
@signed_in
def draft(request: HttpRequest, case_id: int) -> HttpResponse:
    """Put what was accepted into the opinion that the viewer writes, marked as a draft."""
    viewer = request.viewer  # type: ignore[attr-defined]
    view = show(viewer, case_id)
    subject = next((study.uid for study in view.studies if not study.prior), "")
    lines = draft_lines(results_of_study(viewer, subject)) if subject else []
    try:
        count = put_draft(viewer, case_id, lines, "zh" if in_chinese() else "en")
    except (Conflict, NotAllowed) as refusal:
        messages.error(request, refusal_sentence(refusal))
    else:
        told = ngettext(
            "%(number)s drafted line stands in your opinion; check it before you sign.",
            "%(number)s drafted lines stand in your opinion; check them before you sign.",
            count,
        )
        messages.success(request, told % {"number": count})
    return HttpResponseRedirect(reverse("case", args=[case_id]) + "#opinion")


@require_POST
@signed_in
def confirm(request: HttpRequest, case_id: int) -> HttpResponse:
    """Take the marks off the drafted lines, which the viewer has checked."""
    viewer = request.viewer  # type: ignore[attr-defined]
    try:
        count = confirm_draft(viewer, case_id)
    except (Conflict, NotAllowed) as refusal:
        messages.error(request, refusal_sentence(refusal))
    else:
        told = ngettext(
            "%(number)s drafted line is confirmed as yours.",
            "%(number)s drafted lines are confirmed as yours.",
            count,
        )
        messages.success(request, told % {"number": count})
    return HttpResponseRedirect(reverse("case", args=[case_id]) + "#opinion")


def _answer(
    request: HttpRequest, code: str, act: Callable[[Viewer], None], item: str
) -> HttpResponse:
    viewer = request.viewer  # type: ignore[attr-defined]
    uid = run_of(viewer, code).study.uid
    error = ""
    try:
        act(viewer)
    except (BadInput, Conflict) as refusal:
        error = refusal_sentence(refusal)
    if not request.headers.get("HX-Request") or not item:
        if error:
            messages.error(request, error)
        case = whole(request.POST.get("case", ""))
        return HttpResponseRedirect(_address(uid, case) + f"#run-{code}")
    results = results_of_study(viewer, uid)
    run = next(one for one in results.runs if one.code == code)
    found = next((one for one in run.items() if one.key == item), None)
    context = {
        "ai": results,
        "run": run,
        "one": found,
        "error": error,
        "ai_case": whole(request.POST.get("case", "")),
    }
    return render(request, "pages/_ai_item.html", context, status=200)


def _page(
    request: HttpRequest,
    uid: str,
    *,
    faults: dict[str, str] | None = None,
    status: int = 200,
) -> HttpResponse:
    viewer = request.viewer  # type: ignore[attr-defined]
    view = study_view(viewer, uid)
    results: StudyResults = results_of_study(viewer, uid)
    case = whole(request.GET.get("case", "") or request.POST.get("case", ""))
    context = {
        "place": "worklist" if case else "studies",
        "row": view.row,
        "view": view,
        "ai": results,
        "ai_case": case,
        "verdicts": VERDICTS,
        "faults": {name: said(sentence) for name, sentence in (faults or {}).items()},
        **learning(viewer, results),
        "typed": {name: request.POST.get(name, "") for name in ("verdict", "confidence", "text")},
    }
    return render(request, "pages/ai_study.html", context, status=status)


def _read(request: HttpRequest) -> Read:
    posted = request.POST
    text = posted.get("confidence", "").strip()
    number = whole(text)
    confidence = -1 if text and number is None else number
    return Read(posted.get("verdict", ""), confidence, posted.get("text", ""))


def _address(uid: str, case: int | None) -> str:
    """Return the page to go back to: the review, which knows the case it belongs to."""
    address = reverse("ai-study", args=[uid])
    return f"{address}?case={case}" if case is not None else address
