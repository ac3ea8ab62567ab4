"""Three hospitals, a child with two studies, a case on its way, and clients of the worklist."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from typing import Any

from django.test import Client

from tongying.consult.case import Confidence, Question, Urgency
from tongying.consult.desk import Act, Opinion
from tongying.consult.people import Role, Viewer
from tongying.consult.states import Move
from tongying.web.cases import store as cases
from tongying.web.people.models import Hospital, Member
from tongying.web.people.store import issue_token, viewer_of_login
from tongying.web.records.models import Child, Instance, Series, Study
from tongying.web.workitems.models import WorkItem

AT = datetime(2026, 3, 3, 4, 0, tzinfo=UTC)
CT = "1.2.840.10008.5.1.4.1.1.2"
STUDY, PRIOR = "1.2.826.0.1.3680043.9.11", "1.2.826.0.1.3680043.9.12"
JSON = "application/dicom+json"
QUESTION = Question(
    text="右侧股骨是否骨折？",
    provisional_diagnosis="股骨骨折？",
    confidence=Confidence.UNSURE,
    urgency=Urgency.URGENT,
    history="摔倒后疼痛 1 天",
)
OPINION = Opinion("无骨折。", "骨皮质连续。", "一周后复查。")
PEOPLE = {
    "author": ("COUNTY", Role.REQUESTER),
    "tech": ("COUNTY", Role.TECHNOLOGIST),
    "trainee": ("COUNTY", Role.TRAINEE),
    "desk": ("CHILD", Role.COORDINATOR),
    "expert": ("CHILD", Role.EXPERT),
    "second": ("CHILD", Role.EXPERT),
    "third": ("CHILD", Role.EXPERT),
    "machine": ("CHILD", Role.TECHNOLOGIST),
    "stranger": ("OTHER", Role.EXPERT),
}
TAGS = {
    "state": "00741000",
    "transaction": "00081195",
    "reason": "00741238",
    "priority": "00741200",
    "progress": "00741002",
    "performed": "00741216",
}


@dataclass
class World:
    members: dict[str, int] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)
    studies: int = 0

    def viewer(self, login: str) -> Viewer:
        return viewer_of_login(login)

    def act(self, login: str, case: int, move: Move, **brings: Any) -> None:
        cases.act(self.viewer(login), case, Act(move, **brings))

    def ask(self, who: str, method: str, path: str, body: Any = None, kind: str = JSON) -> Any:
        if who not in self.tokens:
            self.tokens[who] = issue_token(who, actor="test")
        data = b"" if body is None else body if isinstance(body, bytes) else json.dumps(body)
        return Client().generic(
            method,
            f"/dicomweb/{path}",
            data,
            content_type=kind,
            headers={"Authorization": f"Bearer {self.tokens[who]}", "Accept": JSON},
        )

    def state(self, who: str, uid: str, state: str, transaction: str = "") -> Any:
        body = {TAGS["state"]: {"vr": "CS", "Value": [state]}}
        if transaction:
            body[TAGS["transaction"]] = {"vr": "UI", "Value": [transaction]}
        return self.ask(who, "PUT", f"workitems/{uid}/state", body)

    def cancel(self, who: str, uid: str, reason: str = "") -> Any:
        body = {TAGS["reason"]: {"vr": "LT", "Value": [reason]}} if reason else None
        return self.ask(who, "POST", f"workitems/{uid}/cancelrequest", body)

    def get(self, who: str, uid: str) -> dict[str, Any]:
        response = self.ask(who, "GET", f"workitems/{uid}")
        assert response.status_code == 200, response.content
        (found,) = response.json()
        return found

    def found(self, who: str, query: str = "") -> list[dict[str, Any]]:
        response = self.ask(who, "GET", f"workitems{'?' if query else ''}{query}")
        assert response.status_code in (200, 204), response.content
        return response.json() if response.status_code == 200 else []

    def case_at(self, state: str, question: Question = QUESTION) -> int:
        """Bring a new case about the study to a state along the usual way."""
        study = STUDY
        if self.studies:
            study = f"{STUDY}.{self.studies}"
            child = Child.objects.create(hospital_id="COUNTY", local_id=f"N{self.studies}")
            add_study(child, study, date(2026, 3, 1), instances=1)
        self.studies += 1
        case = cases.begin(self.viewer("author"), study)
        self.act("author", case, Move.EDIT, question=question)
        way = (
            ("submitted", "author", Act(Move.SUBMIT)),
            ("assigned", "desk", Act(Move.ASSIGN, assignee=self.members["expert"], reason="值班")),
            ("reading", "expert", Act(Move.ACCEPT)),
            ("signed", "expert", Act(Move.SIGN, opinion=OPINION)),
            ("acknowledged", "author", Act(Move.ACKNOWLEDGE)),
        )
        for reached, login, act in way:
            cases.act(self.viewer(login), case, act)
            if reached == state:
                return case
        raise AssertionError(state)

    def offered(self, *logins: str) -> int:
        case = self.case_at("submitted")
        self.act("desk", case, Move.OFFER, offered=frozenset(self.members[one] for one in logins))
        return case


def build() -> World:
    made = World()
    for code, name, answers in (
        ("COUNTY", "某县人民医院", False),
        ("CHILD", "儿童医院", True),
        ("OTHER", "别县医院", False),
    ):
        Hospital.objects.create(code=code, name=name, ae_title=code, answers=answers)
    for login, (hospital, role) in PEOPLE.items():
        made.members[login] = Member.objects.create(
            login=login, name=f"{login} 医生", hospital_id=hospital, role=role.value, password="!"
        ).pk
    child = Child.objects.create(
        hospital_id="COUNTY",
        issuer="HIS",
        local_id="00123",
        name_alphabetic="Wang^Xiao Ming",
        name_ideographic="王^小明",
        name_search="wang xiao ming 王小明",
        birth_date=date(2024, 2, 29),
        sex="M",
    )
    add_study(child, STUDY, date(2026, 3, 1), instances=3)
    add_study(child, PRIOR, date(2025, 1, 5), instances=1)
    return made


def add_study(child: Child, uid: str, on: date, *, instances: int) -> int:
    study = Study.objects.create(
        hospital_id=child.hospital_id,
        child=child,
        uid=uid,
        date=on,
        time=time(9, 30),
        accession_number=f"A{uid[-2:]}",
        description="股骨平扫",
        modalities="CT",
        series_count=1,
        instance_count=instances,
        arrived_at=AT,
        changed_at=AT,
    )
    series = Series.objects.create(
        study=study, uid=f"{uid}.1", modality="CT", instance_count=instances
    )
    for number in range(1, instances + 1):
        Instance.objects.create(
            series=series,
            hospital_id=child.hospital_id,
            uid=f"{uid}.1.{number}",
            sop_class_uid=CT,
            transfer_syntax_uid="1.2.840.10008.1.2.1",
            number=number,
            digest=f"{number:064x}",
            bytes=1,
            door="import",
            sent_by="test",
            arrived_at=AT,
        )
    return study.pk


def item_of(case: int) -> WorkItem:
    """Return the workitem that follows a case now."""
    return WorkItem.objects.get(case_id=case, current=True)


def scheduled(**changes: Any) -> dict[str, Any]:
    """Return a data set with what a new workitem must hold, and nothing else."""
    found = {
        "00741200": {"vr": "CS", "Value": ["MEDIUM"]},
        "00741204": {"vr": "LO", "Value": ["分割 Segmentation"]},
        "00404005": {"vr": "DT", "Value": ["20260303120000+0800"]},
        "00404041": {"vr": "CS", "Value": ["READY"]},
        "00741000": {"vr": "CS", "Value": ["SCHEDULED"]},
    }
    return {**found, **changes}
