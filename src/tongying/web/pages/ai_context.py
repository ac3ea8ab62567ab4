"""The section of models' results on a case and a study."""

from __future__ import annotations

from typing import Any

from tongying.consult.draft_mark import marked_lines
from tongying.consult.people import Viewer
from tongying.consult.states import Move
from tongying.web.ai.showing import results_of_study
from tongying.web.cases.shown import CaseView
from tongying.web.pages.ai_draft import draft_lines


def ai_of_study(viewer: Viewer, uid: str) -> dict[str, Any]:
    """Return the context of the section on a study."""
    return {"ai": results_of_study(viewer, uid), "ai_case": None}


def ai_in_case(viewer: Viewer, view: CaseView) -> dict[str, Any]:
    """Return the context of the section on a case, and of the note above the opinion."""
    subject = next((study.uid for study in view.studies if not study.prior), "")
    writes = Move.WRITE in view.moves or Move.AMEND in view.moves
    context: dict[str, Any] = {
        "ai_case": view.case.id,
        "ai_marked": marked_lines(view.draft) if writes else 0,
    }
    if subject:
        results = results_of_study(viewer, subject)
        context["ai"] = results
        context["ai_lines"] = len(draft_lines(results)) if Move.WRITE in view.moves else 0
    return context
