"""Three hospitals, a case that went all the way, and a draft of which nothing is known."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time

from tongying.consult.case import Confidence, Question, Urgency
from tongying.consult.desk import Act, Opinion
from tongying.consult.people import Role, Viewer
from tongying.consult.states import Move
from tongying.web.cases import store as cases
from tongying.web.cases.models import OpinionRow
from tongying.web.cases.signing import keep_document
from tongying.web.people.models import Hospital, Member
from tongying.web.people.store import issue_token, viewer_of_login
from tongying.web.records.models import Child, Instance, Series, Study

AT = datetime(2026, 3, 3, 4, 0, tzinfo=UTC)
MR = "1.2.840.10008.5.1.4.1.1.4"
STUDY_UID = "1.2.826.0.1.3680043.9.1"
PRIOR_UID = "1.2.826.0.1.3680043.9.2"
BARE_UID = "1.2.826.0.1.3680043.9.3"
FOREIGN_UID = "1.2.826.0.1.3680043.9.4"
PDF = {"pdf-zh": b"%PDF-1.7 zh", "pdf-en": b"%PDF-1.7 en"}
QUESTION = Question(
    text="是否为低级别胶质瘤?",
    provisional_diagnosis="胶质瘤",
    confidence=Confidence.PROBABLE,
    urgency=Urgency.URGENT,
    history="头痛两周",
    weight_kg=12.5,
    height_cm=88.0,
    measured_on=date(2026, 3, 2),
    gestation_weeks=39,
)
PEOPLE = {
    "zhang": ("COUNTY_1", Role.REQUESTER),
    "tech": ("COUNTY_1", Role.TECHNOLOGIST),
    "desk": ("CHILD", Role.COORDINATOR),
    "li": ("CHILD", Role.EXPERT),
    "wang": ("CHILD", Role.EXPERT),
    "stranger": ("OTHER", Role.REQUESTER),
}


@dataclass
class Alliance:
    case: int = 0
    draft: int = 0
    child: int = 0
    bare_child: int = 0
    foreign_child: int = 0
    study: int = 0
    prior: int = 0
    bare_study: int = 0
    foreign_study: int = 0
    number: str = ""
    referral: int = 0
    declined: int = 0
    panel_case: int = 0
    panel_child: int = 0
    outcomes: dict[str, int] = field(default_factory=dict)
    criticals: dict[str, int] = field(default_factory=dict)
    members: dict[str, int] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)

    def viewer(self, login: str) -> Viewer:
        return viewer_of_login(login)

    def bearer(self, login: str) -> dict[str, str]:
        """Return the header of a member's token (made when first asked for)."""
        if login not in self.tokens:
            self.tokens[login] = issue_token(login, actor="test")
        return {"Authorization": f"Bearer {self.tokens[login]}"}

    def act(self, login: str, move: Move, case: int | None = None, **brings: object) -> None:
        cases.act(self.viewer(login), case or self.case, Act(move, **brings))


def build() -> Alliance:
    made = Alliance()
    for code, name, answers in (
        ("COUNTY_1", "某县人民医院", False),
        ("CHILD", "儿童医院", True),
        ("OTHER", "别县医院", False),
    ):
        Hospital.objects.create(code=code, name=name, ae_title=code, answers=answers)
    for login, (hospital, role) in PEOPLE.items():
        made.members[login] = Member.objects.create(
            login=login, name=f"{login} 医生", hospital_id=hospital, role=role.value, password="!"
        ).pk
    child = Child.objects.create(
        hospital_id="COUNTY_1",
        issuer="HIS",
        local_id="00123",
        name_alphabetic="Wang^Xiao Ming",
        name_ideographic="王^小明",
        name_search="wang xiao ming 王小明 wangxiaoming wxm",
        birth_date=date(2024, 2, 29),
        sex="M",
    )
    bare = Child.objects.create(hospital_id="COUNTY_1", local_id=f"?{BARE_UID}")
    foreign = Child.objects.create(hospital_id="OTHER", local_id="00123", issuer="HIS")
    made.child, made.bare_child, made.foreign_child = child.pk, bare.pk, foreign.pk
    made.study = add_study(child, STUDY_UID, date(2026, 3, 1), instances=3)
    made.prior = add_study(child, PRIOR_UID, date(2025, 1, 5), instances=1)
    made.bare_study = add_study(bare, BARE_UID, None, instances=1)
    made.foreign_study = add_study(foreign, FOREIGN_UID, date(2026, 3, 1), instances=1)
    _ask_and_answer(made)
    made.draft = cases.begin(made.viewer("zhang"), BARE_UID)
    return made


def keep_pdfs(case: int, version: int) -> None:
    opinion = OpinionRow.objects.get(case_id=case, version=version)
    for kind, data in PDF.items():
        keep_document(opinion, kind, data + str(version).encode())


def _ask_and_answer(made: Alliance) -> None:
    made.case = cases.begin(made.viewer("zhang"), STUDY_UID)
    made.act("zhang", Move.EDIT, question=QUESTION)
    made.act("zhang", Move.SUBMIT)
    made.act("desk", Move.ASSIGN, assignee=made.members["li"])
    made.act("li", Move.ACCEPT)
    made.act("li", Move.ASK_DATA, reason="请补 T1")
    made.act("zhang", Move.SUPPLY)
    made.act("li", Move.SIGN, opinion=Opinion("是。", "T2 高信号", "三月后复查"))
    keep_pdfs(made.case, 1)
    row = OpinionRow.objects.get(case_id=made.case)
    made.number = f"TY-{row.case.created_at.year}-{made.case:06d}"


def add_study(child: Child, uid: str, on: date | None, *, instances: int) -> int:
    known = on is not None
    study = Study.objects.create(
        hospital_id=child.hospital_id,
        child=child,
        uid=uid,
        date=on,
        time=time(9, 30) if known else None,
        accession_number=f"A{uid[-1]}" if known else "",
        description="头颅 MR" if known else "",
        modalities="MR" if known else "",
        series_count=1,
        instance_count=instances,
        arrived_at=AT,
        changed_at=AT,
    )
    series = Series.objects.create(
        study=study, uid=f"{uid}.1", modality="MR" if known else "", instance_count=instances
    )
    for number in range(1, instances + 1):
        Instance.objects.create(
            series=series,
            hospital_id=child.hospital_id,
            uid=f"{uid}.1.{number}",
            sop_class_uid=MR,
            transfer_syntax_uid="1.2.840.10008.1.2.1",
            number=number if known else None,
            digest=f"{number:064x}",
            bytes=1,
            door="import",
            sent_by="test",
            arrived_at=AT,
        )
    return study.pk
