"""The API's operations: parse, one domain call, shape."""

from __future__ import annotations

from typing import Annotated

from django.http import HttpRequest
from ninja import Path, Query, Router, Status

from tongying.consult.desk import Act
from tongying.consult.states import Move
from tongying.kernel.ids import UserId
from tongying.web.api import store as studies_store
from tongying.web.api.schemas import (
    CaseOut,
    CasePage,
    CaseQuery,
    Me,
    MoveIn,
    NewCase,
    Problem,
    QuestionIn,
    StudyPage,
    StudyQuery,
)
from tongying.web.api.shapes import case_out, listed_case, listed_study, opinion_of, question_of
from tongying.web.cases import store
from tongying.web.cases.showing import show
from tongying.web.cases.worklist import WorklistQuery, worklist

router = Router()

LARGEST_ID = 2**63 - 1
"""The largest id that the database keeps."""

CaseNumber = Annotated[int, Path(ge=1, le=LARGEST_ID, description="The case's id.")]

_REFUSALS = {400: Problem, 401: Problem, 403: Problem, 404: Problem, 409: Problem}
_READS = {400: Problem, 401: Problem, 404: Problem}


@router.get("/me", response={200: Me, 401: Problem}, operation_id="me", tags=["people"])
def me(request: HttpRequest) -> Me:
    """Say whom the request speaks for."""
    viewer = request.viewer
    return Me(id=viewer.user, login=viewer.login, hospital=viewer.hospital, role=viewer.role)


@router.get(
    "/studies", response={200: StudyPage, **_READS}, operation_id="list_studies", tags=["studies"]
)
def list_studies(request: HttpRequest, query: Query[StudyQuery]) -> StudyPage:
    """List the studies that the viewer sees, newest first.

    Every word of `text` is found in the child's name (characters, pinyin or initials), or is the
    child's number, the accession number or the UID, or stands in the description.
    """
    found, total = studies_store.studies(request.viewer, **query.dict())
    items = [listed_study(one) for one in found]
    return StudyPage(items=items, total=total, offset=query.offset, limit=query.limit)


@router.get("/cases", response={200: CasePage, **_READS}, operation_id="list_cases", tags=["cases"])
def list_cases(request: HttpRequest, query: Query[CaseQuery]) -> CasePage:
    """List the cases that the viewer sees; `mine` are those on which the viewer acts next."""
    page = worklist(request.viewer, WorklistQuery(**query.dict()))
    return CasePage(
        items=[listed_case(row) for row in page.rows],
        total=page.total,
        offset=query.offset,
        limit=query.limit,
        counts=page.counts,
    )


@router.post(
    "/cases", response={201: CaseOut, **_REFUSALS}, operation_id="begin_case", tags=["cases"]
)
def begin_case(request: HttpRequest, body: NewCase) -> Status[CaseOut]:
    """Begin a draft about a study; a draft of the same author about it is taken up again."""
    case_id = store.begin(request.viewer, body.study)
    return Status(201, case_out(show(request.viewer, case_id)))


@router.get(
    "/cases/{case_id}", response={200: CaseOut, **_READS}, operation_id="show_case", tags=["cases"]
)
def show_case(request: HttpRequest, case_id: CaseNumber) -> CaseOut:
    """Return a case with everything that the viewer may see of it."""
    return case_out(show(request.viewer, case_id))


@router.put(
    "/cases/{case_id}/question",
    response={200: CaseOut, **_REFUSALS},
    operation_id="write_question",
    tags=["cases"],
)
def write_question(request: HttpRequest, case_id: CaseNumber, body: QuestionIn) -> CaseOut:
    """Write the question of a draft; every field is replaced."""
    edit = Act(Move.EDIT, question=question_of(body))
    store.act(request.viewer, case_id, edit, revision=body.revision)
    return case_out(show(request.viewer, case_id))


@router.post(
    "/cases/{case_id}/moves/{move}",
    response={200: CaseOut, **_REFUSALS},
    operation_id="move_case",
    tags=["cases"],
)
def move_case(request: HttpRequest, case_id: CaseNumber, move: Move, body: MoveIn) -> CaseOut:
    """Make a move. `moves` of the case says which the viewer may make now."""
    act = Act(
        move,
        reason=body.reason,
        assignee=None if body.assignee is None else UserId(body.assignee),
        question=None if body.question is None else question_of(body.question),
        opinion=None if body.opinion is None else opinion_of(body.opinion),
    )
    store.act(request.viewer, case_id, act, revision=body.revision)
    return case_out(show(request.viewer, case_id))
