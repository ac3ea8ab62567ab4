"""What a case's pathway page and its card on the case show."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from tongying.consult.critical import may_report
from tongying.consult.people import Viewer
from tongying.consult.states import Move
from tongying.measure.recipe import ChildKnown
from tongying.pathway.answers import Answers
from tongying.pathway.critical import by_category
from tongying.pathway.faults import PathwayRefused
from tongying.pathway.report import sentences
from tongying.pathway.suggest import suggested
from tongying.web import now as clock
from tongying.web.cases.shown import CaseView
from tongying.web.measurements.shown import Shown
from tongying.web.measurements.store import may_enter, measurements_of_case
from tongying.web.pages.opening import viewer_link
from tongying.web.pages.pathway_cells import blocks_of, language, question_lines
from tongying.web.pages.pathway_doses import doses_of
from tongying.web.pages.sentences import refusal_sentence
from tongying.web.pathways.answering import Part
from tongying.web.pathways.following import case_row, may_choose, standing
from tongying.web.pathways.known import child_known, examined_on, subject_study
from tongying.web.pathways.library import OnOffer, on_offer
from tongying.web.pathways.standing import Standing, standing_of


def pathway_card(viewer: Viewer, view: CaseView) -> dict[str, Any]:
    """Return the context of the card on a case: where it stands, or what it might follow."""
    try:
        standing = standing_of(viewer, view.case.id)
    except PathwayRefused as refusal:
        return {"pathway_refused": refusal_sentence(refusal)}
    if standing is None:
        return choosing(viewer, view.case.id)
    return {"pathway_standing": standing, "pathway_lines": _graded(standing)}


def choosing(viewer: Viewer, case: int, *, child: ChildKnown | None = None) -> dict[str, Any]:
    """Return what a case might follow: the likely ones first; nothing for who does not choose.

    Parameters
    ----------
    viewer : Viewer
    case : int
    child : ChildKnown, optional
        Where it is known already.
    """
    row = case_row(viewer, case)
    if not may_choose(viewer, row):
        return {}
    offered = on_offer((row.asking_id, row.answering_id))
    study = subject_study(row)
    if child is None:
        child = child_known(study, examined_on(row, study))
    text = "\n".join((row.text, row.provisional_diagnosis, row.history, study.description))
    followed = standing(row)
    if followed is not None:
        offered = tuple(one for one in offered if one.pathway.digest != followed.digest)
    likely = suggested(
        text,
        frozenset(study.modalities.split("\\")),
        "",
        child,
        (one.pathway for one in offered),
    )
    by_digest: dict[str, OnOffer] = {one.pathway.digest: one for one in offered}
    return {
        "pathway_likely": [by_digest.pop(one.digest) for one in likely],
        "pathway_others": list(by_digest.values()),
    }


def pathway_page(viewer: Viewer, view: CaseView, standing: Standing) -> dict[str, Any]:
    """Return the context of a case's pathway page."""
    shown = {one.code: one for one in measurements_of_case(viewer, view.case.id)}
    return {
        "place": "worklist",
        "view": view,
        "case": view.case,
        "standing": standing,
        "pathway": standing.pathway,
        "viewer_link": viewer_link(view),
        "writes_report": Part.REPORT in standing.writes,
        "writes_intake": Part.INTAKE in standing.writes,
        "writes_opinion": Move.WRITE in view.moves,
        "today": timezone.localdate().isoformat(),
        "doses": doses_of(view.child.id, timezone.localdate(clock.now())),
        **parts_of(viewer, view, standing, shown),
        **(choosing(viewer, view.case.id, child=standing.told.child) if standing.chooses else {}),
    }


def parts_of(
    viewer: Viewer, view: CaseView, standing: Standing, shown: dict[str, Shown]
) -> dict[str, Any]:
    """Return what changes on the page while somebody answers."""
    spoken = {one.id for one in standing.spoken_for}
    return {
        "view": view,
        "case": view.case,
        "standing": standing,
        "pathway": standing.pathway,
        "measures": may_enter(viewer),
        "subject": next((study for study in view.studies if not study.prior), None),
        "blocks": blocks_of(standing, shown),
        "question_lines": question_lines(standing),
        "reports_critical": may_report(viewer, view.case),
        "critical": [
            (category, [(one, one.id in spoken) for one in findings])
            for category, findings in by_category(standing.pathway).items()
        ],
        "preview": preview(standing, standing.told.answers),
    }


def preview(standing: Standing, answers: Answers) -> str:
    """Return the report in the reader's language."""
    return sentences(standing.pathway, answers, language(), standing.told.child)


def _graded(standing: Standing) -> list[tuple[str, str]]:
    """Return the computed grades, with their question, as the card names them."""
    fields = {one.id: one for one in standing.pathway.fields()}
    return [
        (fields[key.partition(".")[0]].words.said(language()), f"{grade.side} {grade.value}")
        for key, grade in standing.told.answers.grades.items()
    ]
