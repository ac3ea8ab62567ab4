"""A signed case with a prior, a study nobody was asked about, a draft, an upload."""

from __future__ import annotations

import io
from dataclasses import dataclass, field
from datetime import date

import numpy as np
from known_of_models import known_of_models
from people import ANSWERING, ASKING, PEOPLE, THIRD
from pydicom.dataset import Dataset, FileMetaDataset

from tongying.archive.arrival import Door, Fate, Sender
from tongying.archive.ingest import Intake
from tongying.consult.case import Confidence, Question, Urgency
from tongying.consult.desk import Act, Opinion
from tongying.consult.people import Viewer
from tongying.consult.referral_order import AirwayRisk, Attachment, Needs, Order, Transport
from tongying.consult.states import Move
from tongying.kernel.ids import HospitalCode
from tongying.web.cases import store as cases
from tongying.web.cases.documents import DICOM_SR
from tongying.web.cases.models import OpinionRow
from tongying.web.cases.signing import keep_document
from tongying.web.people.models import AccessToken, Hospital, Member
from tongying.web.people.store import issue_token, viewer_of_login
from tongying.web.records.children import link
from tongying.web.records.images import content_store
from tongying.web.records.index import DjangoIndex
from tongying.web.records.models import Child
from tongying.web.referrals import store as referrals
from tongying.web.referrals.models import ReferralRow
from tongying.web.rooms import store as rooms

CT = "1.2.840.10008.5.1.4.1.1.2"
SUBJECT, PRIOR, UNASKED = "1.2.3.1", "1.2.3.2", "1.2.3.3"
OWN_WORKITEM = "1.2.3.900"
"""A workitem of the asking hospital that belongs to no case."""


@dataclass
class World:
    case: int = 0
    draft: int = 0
    image: int = 0
    child: int = 0
    link: int = 0
    upload: str = ""
    upload_file: str = ""
    verify_code: str = ""
    referral: int = 0
    parents_code: str = ""
    workitem: str = ""
    ai_run: str = ""
    ai_shadow: str = ""
    """Runs of a model on the case's subject: on trial, and one that nobody sees."""
    frozen_set: str = ""
    evaluation: str = ""
    failure: str = ""
    incident: str = ""
    ai_alarm: int = 0
    """What is kept about that model at the asking hospital."""
    need: str = ""
    product: str = ""
    """Of nobody's hospital in particular."""
    fusion: str = ""
    """Of the case's subject with its prior."""
    measurement: str = ""
    """On the case's subject, entered by the author."""
    height: str = ""
    """Of the case's child, on no images."""
    norm_fit: str = ""
    norm_draft: str = ""
    norm_released: str = ""
    """A fit, a draft and a published release."""
    alert: int = 0
    """Told to the author alone."""
    normal_child: str = ""
    normal_value: str = ""
    normal_rule: int = 0
    """Of the ledger of the asking hospital."""
    room: str = ""
    """A live room of the case: its author and its reader are in it."""
    token_row: int = 0
    tokens: dict[str, str] = field(default_factory=dict)


def ct(study: str, number: int, *, patient: str = "P1") -> bytes:
    data = Dataset()
    data.SpecificCharacterSet = "ISO_IR 192"
    data.SOPClassUID, data.SOPInstanceUID = CT, f"{study}.1.{number}"
    data.StudyInstanceUID, data.SeriesInstanceUID = study, f"{study}.1"
    data.PatientName, data.PatientID = "Wang^Xiaoming=王^小明", patient
    data.PatientBirthDate, data.PatientSex = "20210105", "M"
    data.StudyDate, data.Modality, data.InstanceNumber = "20260301", "CT", number
    data.Rows = data.Columns = 16
    data.SamplesPerPixel, data.PhotometricInterpretation = 1, "MONOCHROME2"
    data.BitsAllocated, data.BitsStored, data.HighBit, data.PixelRepresentation = 16, 12, 11, 0
    data.add_new(0x00091001, "OB", bytes(2000))
    data.add_new(0x00090010, "LO", "TEST")
    data.PixelData = np.arange(256, dtype="<u2").tobytes()
    data.file_meta = FileMetaDataset()
    data.file_meta.TransferSyntaxUID = "1.2.840.10008.1.2.1"
    target = io.BytesIO()
    data.save_as(target, enforce_file_format=True)
    return target.getvalue()


def bring(hospital: str, *files: bytes) -> None:
    intake = Intake(content_store(), DjangoIndex(), Sender("test", hospital, Door.IMPORT))
    for number, data in enumerate(files):
        incoming = intake.incoming()
        incoming.write(data)
        intake.offer(str(number), incoming)
    assert all(one.fate is Fate.STORED for one in intake.flush())


def build() -> World:
    made = World()
    for code in (ASKING, ANSWERING, THIRD):
        Hospital.objects.create(
            code=code, name=f"{code} 医院", ae_title=code, answers=code == ANSWERING
        )
    for person in PEOPLE:
        Member.objects.create(
            login=person.login,
            name=person.login,
            hospital_id=person.hospital,
            role=person.role.value,
            password="!",
        )
        made.tokens[person.login] = issue_token(person.login, actor="test")
    bring(ASKING, ct(SUBJECT, 1), ct(SUBJECT, 2), ct(PRIOR, 1), ct(UNASKED, 1, patient="P2"))
    author, reader = viewer_of_login("author"), viewer_of_login("reader")
    desk = viewer_of_login("answer-coordinator")
    question = Question(
        text="有无占位?",
        confidence=Confidence.UNSURE,
        urgency=Urgency.URGENT,
        weight_kg=16.5,
        height_cm=104.0,
        measured_on=date(2026, 3, 1),
    )
    made.case = cases.begin(author, SUBJECT)
    cases.act(author, made.case, Act(Move.EDIT, question=question))
    cases.act(author, made.case, Act(Move.SUBMIT))
    cases.act(desk, made.case, Act(Move.ASSIGN, assignee=reader.user, reason="值班"))
    cases.act(reader, made.case, Act(Move.ACCEPT))
    pick = cases.KeyImagePick(SUBJECT, f"{SUBJECT}.1", f"{SUBJECT}.1.1")
    made.image = cases.add_key_image(reader, made.case, pick)
    cases.act(reader, made.case, Act(Move.SIGN, opinion=Opinion("未见占位。", "正常。", "复查。")))
    opinion = OpinionRow.objects.get(case_id=made.case)
    made.verify_code = opinion.verify_code
    for kind in ("pdf-zh", "pdf-en", "dicom-pdf", DICOM_SR):
        keep_document(opinion, kind, b"%PDF-1.7 " + kind.encode())
    order = Order(
        receiving=HospitalCode(ANSWERING),
        reason="占位待查",
        urgency=Urgency.ROUTINE,
        needs=Needs.BED,
        transport=Transport.OWN_CAR,
        airway_risk=AirwayRisk.NONE,
        attachments=frozenset(Attachment),
    )
    # To the hospital that answers: whoever sees the case sees the referral, nobody else does.
    made.referral = referrals.send(author, made.case, order)
    made.parents_code = ReferralRow.objects.get(pk=made.referral).code
    made.room = rooms.open_room(author, made.case)
    made.draft = cases.begin(author, UNASKED)
    made.child = Child.objects.get(local_id="P1").pk
    admin = viewer_of_login("ask-admin")
    other = Child.objects.get(local_id="P2").pk
    made.link = link(admin, made.child, other, reason="same child, two cards")
    from django.utils import timezone

    from tongying.web.desk.models import AlertRow
    from tongying.web.uploads.models import Upload, UploadFile
    from tongying.web.workitems.models import WorkItem

    made.workitem = WorkItem.objects.get(case_id=made.case).uid
    WorkItem.objects.create(
        uid=OWN_WORKITEM,
        hospital_id=ASKING,
        state="SCHEDULED",
        attributes={},
        created_at=timezone.now(),
        changed_at=timezone.now(),
    )

    alert = AlertRow.objects.create(
        case_id=made.case,
        kind="rung",
        step="acknowledged",
        round=1,
        percent=50,
        due_at=timezone.now(),
        fell_due_at=timezone.now(),
        fired_at=timezone.now(),
        owner="asking",
    )
    alert.told.add(author.user)
    made.alert = alert.pk
    upload = Upload.objects.create(member_id=author.user, created_at=timezone.now(), code="U" * 26)
    file = UploadFile.objects.create(
        upload=upload, code="F" * 26, name="a.dcm", length=10, created_at=timezone.now()
    )
    made.upload, made.upload_file = upload.code, file.code
    made.fusion = fused(author)
    made.ai_run, made.ai_shadow = ran_on_trial_and_in_shadow()
    vars(made).update(known_of_models(made.ai_run, author))
    made.measurement, made.height = measured(author, made.case)
    made.norm_fit, made.norm_draft, made.norm_released = normed(author)
    made.normal_child, made.normal_value, made.normal_rule = normal()
    made.token_row = AccessToken.objects.get(member_id=author.user).pk
    return made


def measured(author: Viewer, case: int) -> tuple[str, str]:
    """Leave a measurement on the case's subject, and one of the child itself."""
    from tongying.web.measurements.store import Asked, Entry, enter

    spleen = Entry(Asked(case=case, study=SUBJECT), "spleen-length", 75.0, "mm")
    height = Entry(Asked(case=case), "height", 104.0, "cm", measured_on=date(2026, 3, 1))
    return enter(author, spleen), enter(author, height)


def fused(author: Viewer) -> str:
    """Leave a fusion of the case's subject with its prior, and a picture of it."""
    from django.utils import timezone

    from tongying.web.fusion.models import FusionFile, FusionRow
    from tongying.web.records.models import Instance, Series

    row = FusionRow.objects.create(
        code="FUSION00000000000000000000",
        hospital_id=ASKING,
        fixed=Series.objects.get(uid=f"{SUBJECT}.1"),
        moving=Series.objects.get(uid=f"{PRIOR}.1"),
        method="auto",
        asked_by_id=author.user,
        asked_at=timezone.now(),
        state="done",
        finished_at=timezone.now(),
        result={"method": "rigid", "verdict": "good", "estimated_error_mm": 0.8},
    )
    digest = Instance.objects.filter(series=row.fixed)[0].digest
    FusionFile.objects.create(
        fusion=row, name="contours.png", digest=digest, bytes=100, media_type="image/png"
    )
    return row.code


def normed(author: Viewer) -> tuple[str, str, str]:
    """Leave a fit that failed, and a draft and a published release."""
    from dataclasses import replace

    from django.utils import timezone

    from tongying.norms.catalogue.loading import catalogue
    from tongying.norms.release.document import digest, document_of
    from tongying.web.norms.models import NormFitRow, NormReleaseRow

    now, norm = timezone.now(), catalogue()["china-2013.height@1"]
    settings = {
        "measure": "height",
        "side": "",
        "method": {"tool": "ruler", "version": None, "protocol": None, "rule": None},
        "rule": {"code": "healthy", "version": 1},
        "route": "direct",
        "axis": "age",
        "sexes": "apart",
        "families": ["normal"],
        "seed": 1,
        "replicates": 20,
    }
    fit = NormFitRow.objects.create(
        code="NORMFIT0000000000000000000",
        measure="height",
        settings=settings,
        asked_by_id=author.user,
        asked_at=now,
        state="failed",
        finished_at=now,
        failure="All values are the same, so there is no distribution.",
    )
    ids = []
    for version, state in ((1, "draft"), (2, "published")):
        text = document_of(replace(norm, id=f"tongying.height@{version}"))
        row = NormReleaseRow.objects.create(
            norm_id=f"tongying.height@{version}",
            measure="height",
            document=text,
            sha256=digest(text),
            fit=fit,
            drafted_by_id=author.user,
            drafted_at=now,
            state=state,
            published_at=now if state == "published" else None,
        )
        ids.append(row.norm_id)
    return fit.code, ids[0], ids[1]


def normal() -> tuple[str, str, int]:
    """Enter the prior's child into the ledger of the asking hospital."""
    from tongying.norms.ledger.eligibility import Agreement, Consent
    from tongying.norms.method import MeasuringMethod
    from tongying.web.norms import ledger
    from tongying.web.norms.models import InclusionRule, NormEntry

    keeper = viewer_of_login("ask-researcher")
    rule = ledger.RuleWish("healthy", "direct", "Healthy", "Born at term.", 5.0, {}, "")
    ledger.add_rule(keeper, rule)
    number = InclusionRule.objects.get(code="healthy").pk
    code = ledger.enrol(
        keeper,
        PRIOR,
        ledger.EnrolWish(
            rule=number,
            label="V-1",
            agreement=Agreement(Consent.GIVEN, date(2026, 2, 1), "ICF-1"),
            gestation_days=None,
            height_cm=None,
            weight_kg=None,
            measures=("brain-volume",),
            sides=("",),
            method=MeasuringMethod("deepbet"),
        ),
    )
    return code, NormEntry.objects.get(subject__code=code).code, number


def ran_on_trial_and_in_shadow() -> tuple[str, str]:
    """Leave two runs of a model on the case's subject, and return their codes."""
    from tongying.web import now as clock
    from tongying.web.ai.models import ModelRow, RunRow
    from tongying.web.records.models import Study

    study = Study.objects.get(uid=SUBJECT)
    now = clock.now()
    model = ModelRow.objects.create(
        card_id="finder", version="1", bundled=False, installed_at=now, card=""
    )
    codes = {"trial": "A1" * 13, "shadow": "A2" * 13}
    for standing, code in codes.items():
        RunRow.objects.create(
            code=code,
            model=model,
            hospital_id=study.hospital_id,
            study=study,
            standing=standing,
            trigger="person",
            step="detection",
            asked_at=now,
            deadline=now,
            state="done",
            finished_at=now,
            result={"findings": []},
        )
    return codes["trial"], codes["shadow"]
