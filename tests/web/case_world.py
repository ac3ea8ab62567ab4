"""Cases for the tests of the working pages, on the hospitals of `archive_world`."""

from __future__ import annotations

from datetime import date

import archive_world as world

from tongying.consult.case import Confidence, Question, Urgency
from tongying.consult.desk import Act, Opinion
from tongying.consult.people import Role
from tongying.consult.states import Move
from tongying.web.cases import store

QUESTION = Question(
    text="脑室是否增宽？",
    provisional_diagnosis="脑外积水",
    confidence=Confidence.UNSURE,
    urgency=Urgency.URGENT,
    weight_kg=11.4,
    measured_on=date(2026, 3, 1),
)
OPINION = Opinion("侧脑室大小正常。", "未见异常。", "三个月后复查头围。")


def build() -> None:
    """Add the people of the answering hospital, and a study to ask about."""
    world.build()
    world.add("desk", Role.COORDINATOR, world.EXPERTS)
    world.add("reader", Role.EXPERT, world.EXPERTS)
    world.add("second-reader", Role.EXPERT, world.EXPERTS)
    assert all(one.accepted for one in world.send("requester", world.instance()))


def draft(question: Question | None = None) -> int:
    """Begin a case; with a question, write it."""
    viewer = world.viewer("requester")
    case_id = store.begin(viewer, world.STUDY)
    if question is not None:
        store.act(viewer, case_id, Act(Move.EDIT, question=question))
    return case_id


def submitted() -> int:
    case_id = draft(QUESTION)
    store.act(world.viewer("requester"), case_id, Act(Move.SUBMIT))
    return case_id


def assigned() -> int:
    case_id = submitted()
    expert = world.viewer("reader")
    store.act(
        world.viewer("desk"), case_id, Act(Move.ASSIGN, assignee=expert.user, reason="同科会诊")
    )
    return case_id


def reading() -> int:
    case_id = assigned()
    store.act(world.viewer("reader"), case_id, Act(Move.ACCEPT))
    return case_id


def signed() -> int:
    case_id = reading()
    store.act(world.viewer("reader"), case_id, Act(Move.SIGN, opinion=OPINION))
    return case_id
