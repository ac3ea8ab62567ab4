"""A rich and a minimal case as the store hands them to the mapping."""

from __future__ import annotations

from datetime import UTC, date, datetime

from tongying.consult.case import Case, Confidence, Question, Urgency
from tongying.consult.desk import Opinion
from tongying.consult.states import State
from tongying.dicom.person_name import PersonName
from tongying.kernel.ids import CaseId, HospitalCode, UserId
from tongying.web.fhir.values import (
    FhirCase,
    FhirChild,
    FhirDocument,
    FhirHospital,
    FhirInstance,
    FhirMember,
    FhirOpinion,
    FhirSeries,
    FhirStudy,
)

AT = datetime(2026, 3, 4, 1, 2, 3, 456789, tzinfo=UTC)

RICH_CHILD = FhirChild(
    id=7,
    hospital="XIAN_1",
    issuer="HIS 1",
    local_id="00123",
    name=PersonName("Wang^Xiao Ming", "王^小明", "wáng^xiǎo míng"),
    sex="M",
    birth_date=date(2024, 2, 29),
    same_as=(9, 11),
)
BARE_CHILD = FhirChild(
    id=8, hospital="XIAN_1", issuer="", local_id="", name=PersonName(), sex="", birth_date=None
)
HOSPITALS = (
    FhirHospital("XIAN_1", "某县人民医院", "County Hospital", answers=False),
    FhirHospital("CHILD", "儿童医院", "", answers=True),
)
MEMBERS = (
    FhirMember(2, "李专家", "主任医师", "expert", "神经", "CHILD", "儿童医院", active=True),
    FhirMember(3, "tech", "", "technologist", "", "XIAN_1", "某县人民医院", active=False),
)
RICH_STUDY = FhirStudy(
    id=21,
    uid="1.2.840.113619.2.55.3.1",
    hospital="XIAN_1",
    child_id=7,
    child_name="王小明",
    date=date(2026, 3, 3),
    accession_number="A 1",
    description="头颅 <MR> & more",
    modalities=("MR", "SR"),
    series_count=2,
    instance_count=3,
    series=(
        FhirSeries(
            "1.2.3.1",
            1,
            "MR",
            "T2",
            "HEAD",
            "L",
            2,
            (FhirInstance("1.2.3.1.1", "1.2.840.10008.5.1.4.1.1.4", 1),),
        ),
        FhirSeries(
            "1.2.3.2",
            None,
            "",
            "",
            "",
            "",
            1,
            (FhirInstance("1.2.3.2.1", "1.2.840.10008.5.1.4.1.1.88.33", None),),
        ),
    ),
    case_ids=(31,),
    changed_at=AT,
)
BARE_STUDY = FhirStudy(
    id=22,
    uid="1.2.3",
    hospital="CHILD",
    child_id=8,
    child_name="",
    date=None,
    accession_number="",
    description="",
    modalities=(),
    series_count=1,
    instance_count=1,
    series=(FhirSeries("1.2.3.9", -1, "", "", "", "", 1, None),),
    case_ids=(),
    changed_at=AT,
)


def rich_case(state: State = State.ACKNOWLEDGED) -> FhirCase:
    question = Question(
        text="是否为 <低级别> 胶质瘤?\nIs it a glioma & which?",
        provisional_diagnosis="胶质瘤",
        confidence=Confidence.UNSURE,
        urgency=Urgency.EMERGENCY,
        history="头痛两周\n呕吐",
        weight_kg=12.5,
        height_cm=88.0,
        measured_on=date(2026, 3, 2),
        gestation_weeks=32,
        gestation_days=4,
    )
    case = Case(
        id=CaseId(31),
        state=state,
        asking=HospitalCode("XIAN_1"),
        answering=HospitalCode("CHILD"),
        author=UserId(3),
        assignee=UserId(2),
        question=question,
        version=2,
        submitted_at=AT,
        reason="needs T1",
    )
    return FhirCase(
        case=case,
        number="TY-2026-000031",
        child_id=7,
        child_name="王小明",
        author_name="张医生",
        assignee_name="李专家",
        asking_name="某县人民医院",
        answering_name="儿童医院",
        study_ids=(21, 20),
        study_date=date(2026, 3, 3),
        due_at=AT,
        created_at=AT,
        changed_at=AT,
        reasons=((AT, "请补 T1", 2), (AT, "auto", None)),
    )


def bare_case() -> FhirCase:
    case = Case(
        id=CaseId(32),
        state=State.DRAFT,
        asking=HospitalCode("XIAN_1"),
        answering=HospitalCode("CHILD"),
        author=UserId(3),
        assignee=None,
        question=Question(),
    )
    return FhirCase(
        case=case,
        number="TY-2026-000032",
        child_id=8,
        child_name="",
        author_name="",
        assignee_name="",
        asking_name="",
        answering_name="",
        study_ids=(22,),
        study_date=None,
        due_at=None,
        created_at=AT,
        changed_at=AT,
    )


def opinion(version: int = 2, *, bare: bool = False) -> FhirOpinion:
    return FhirOpinion(
        about=rich_case(),
        version=version,
        opinion=Opinion(
            "否。No <b>& so on</b>.",
            "" if bare else "T2 高信号\n\x0b第二行",
            "" if bare else "复查",
        ),
        amendment_reason="" if version == 1 else "漏写一句",
        signer_id=2,
        signer_name="李专家",
        signer_hospital="CHILD",
        signed_at=AT,
        digest="ab" * 32,
        documents=()
        if bare
        else (
            FhirDocument("31-2-pdf-zh", "zh-CN", 1234, bytes(20), AT),
            FhirDocument("31-2-pdf-en", "en", 1200, bytes(range(20)), AT),
        ),
    )
