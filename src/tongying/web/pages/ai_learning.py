"""What turned out to be so, and where a model failed, said beside its results."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from tongying.consult.people import Viewer
from tongying.kernel.errors import BadInput, Conflict
from tongying.web.ai.shown import StudyResults
from tongying.web.ai.sight import may_read, run_of
from tongying.web.evidence import incidents, truths
from tongying.web.evidence.kinds import kinds_of_all
from tongying.web.pages.sentences import refusal_sentence
from tongying.web.pages.signed_in import signed_in


@require_POST
@signed_in
def truth(request: HttpRequest, uid: str) -> HttpResponse:
    """Note what turned out to be so for one kind of finding of a study."""
    viewer = request.viewer  # type: ignore[attr-defined]
    posted = request.POST

    def act() -> str:
        present = posted.get("present", "")
        if present not in ("yes", "no"):
            raise truths.TruthRefused("Say whether it was there or not.")
        kind, level = posted.get("kind", ""), posted.get("level", "")
        truths.tell(viewer, uid, kind, present=present == "yes", level=level)
        return _("Noted; the figures of the models take it from now on.")

    return _done(request, uid, act)


@require_POST
@signed_in
def failure(request: HttpRequest, code: str) -> HttpResponse:
    """Put a failure of a run into the library."""
    viewer = request.viewer  # type: ignore[attr-defined]
    posted = request.POST
    uid = run_of(viewer, code).study.uid

    def act() -> str:
        item, kind = posted.get("item", ""), posted.get("kind", "")
        incidents.note_failure(viewer, code, item, kind, posted.get("lesson", ""))
        return _("The failure is in the library.")

    return _done(request, uid, act)


def learning(viewer: Viewer, results: StudyResults) -> dict[str, Any]:
    """Return what the page of a study's results asks for besides; nothing before the own read.

    What is known to be so would tell a reader what to see.
    """
    if may_read(viewer) and results.before is None:
        return {}
    return {
        "may_tell_truth": truths.may_tell(viewer),
        "truths": truths.truths_of_study(viewer, results.study_uid),
        "truth_kinds": kinds_of_all(),
        "truth_levels": [one for one in truths.TruthLevel if one is not truths.TruthLevel.MADE],
        "failure_kinds": list(incidents.FailureKind),
    }


def _done(request: HttpRequest, uid: str, act: Callable[[], str]) -> HttpResponse:
    try:
        messages.success(request, act())
    except (BadInput, Conflict) as refusal:
        messages.error(request, refusal_sentence(refusal))
    return HttpResponseRedirect(reverse("ai-study", args=[uid]))
