"""Cases and viewers for the tests of the rules."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from tongying.consult.case import Case, Confidence, Question, Urgency
from tongying.consult.people import Role, Viewer
from tongying.consult.states import State
from tongying.kernel.ids import CaseId, HospitalCode, UserId

ASKING, ANSWERING, THIRD = HospitalCode("COUNTY"), HospitalCode("CHILDREN"), HospitalCode("OTHER")
AUTHOR, ASSIGNEE, SOMEBODY = UserId(1), UserId(2), UserId(3)
AT = datetime(2026, 3, 10, 8, 30, tzinfo=UTC)
COMPLETE = Question(
    text="Is this a fracture?", confidence=Confidence.UNSURE, urgency=Urgency.URGENT
)
CASE = Case(
    id=CaseId(7),
    state=State.DRAFT,
    asking=ASKING,
    answering=ANSWERING,
    author=AUTHOR,
    assignee=ASSIGNEE,
    question=COMPLETE,
)


def case_in(state: State, **changes: object) -> Case:
    return replace(CASE, state=state, **changes)


def viewer(user: int, hospital: str, role: Role) -> Viewer:
    return Viewer(UserId(user), f"user-{user}", HospitalCode(hospital), role)


AUTHOR_SELF = viewer(AUTHOR, ASKING, Role.REQUESTER)
COLLEAGUE_REQUESTER = viewer(SOMEBODY, ASKING, Role.REQUESTER)
DESK = viewer(4, ANSWERING, Role.COORDINATOR)
EXPERT = viewer(ASSIGNEE, ANSWERING, Role.EXPERT)
OTHER_EXPERT = viewer(5, ANSWERING, Role.EXPERT)
STRANGER = viewer(6, THIRD, Role.REQUESTER)
