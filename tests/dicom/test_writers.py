"""Written opinions: valid by dciodvfy, readable by others, honest about who verified what."""

from __future__ import annotations

import io
import shutil
import subprocess
import sysconfig
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta, timezone
from pathlib import Path

import highdicom
import pydicom
import pytest
from panel_seats import panel_of
from pydicom.dataset import Dataset
from pydicom.uid import CTImageStorage, UltrasoundMultiFrameImageStorage

from tongying.consult import document as doc
from tongying.consult.amendment import Amendment
from tongying.consult.case import Confidence
from tongying.dicom.writers.encapsulated_pdf import NotAPdf, write_encapsulated_pdf
from tongying.dicom.writers.key_object_selection import (
    NothingSelected,
    write_key_object_selection,
)
from tongying.dicom.writers.opinion_sr import write_opinion_sr
from tongying.dicom.writers.signer import verifying_observer
from tongying.dicom.writers.study_context import (
    ObjectIdentity,
    Predecessor,
    StudyContext,
    WritingRefused,
)
from tongying.kernel.ids import HospitalCode, SeriesUid, SopUid, StudyUid

CST = timezone(timedelta(hours=8))
WRITTEN_AT = datetime(2026, 3, 1, 3, 0, tzinfo=UTC)
STUDY, PRIOR = StudyUid("2.25.1001"), StudyUid("2.25.2001")
IDENTITY = ObjectIdentity(SeriesUid("2.25.11"), SopUid("2.25.12"), series_number=9001)
BEFORE = Predecessor(STUDY, SeriesUid("2.25.21"), SopUid("2.25.22"))
PNG = b"\x89PNG\r\n\x1a\n" + b"not decoded by the writers"
PDF = b"%PDF-1.7\nnot parsed by the writer"
ANSWER = "有引导点：回盲部 1.5 cm 息肉样团块。"
DCIODVFY = Path(sysconfig.get_path("scripts")) / "dciodvfy"


def key_image(
    place: int, caption: str = "同心圆征", study: StudyUid = STUDY, frame: int | None = None
) -> doc.KeyImage:
    kind = UltrasoundMultiFrameImageStorage if frame else CTImageStorage
    series, sop = SeriesUid(f"{study}.1"), SopUid(f"{study}.1.{place}")
    return doc.KeyImage(caption, PNG, study, series, sop, kind, frame)


def opinion(**changes: object) -> doc.OpinionDocument:
    county = doc.Hospital("通城县人民医院", HospitalCode("TC"))
    childrens = doc.Hospital("武汉儿童医院", HospitalCode("WH"))
    document = doc.OpinionDocument(
        number="TY-2026-000123",
        version=1,
        kind=doc.DocumentKind.CONSULT_ADVICE,
        asking=county,
        answering=childrens,
        requester=doc.Practitioner("陈建国", "主治医师", county),
        signer=doc.Practitioner("李敏", "主任医师", childrens),
        child=doc.DocumentChild("王小明", "M", date(2021, 1, 12), "00482913", "TC"),
        size=doc.BodySize(16.5, 104.0, date(2026, 2, 27)),
        study=doc.DocumentStudy(STUDY, date(2026, 2, 28), "US", "腹部超声", "A17"),
        question=doc.AskedQuestion(
            "是否存在引导点？", "复发性肠套叠", Confidence.UNSURE, "三次住院，空气灌肠复位。"
        ),
        answer=ANSWER,
        findings="近端肠管呈“同心圆”征。\n少量游离液体。",
        advice="48 小时内转外科。",
        requested_at=datetime(2026, 2, 28, 19, 42, tzinfo=CST),
        signed_at=datetime(2026, 2, 28, 22, 5, tzinfo=CST),
        signature=doc.SignatureStatus.ELECTRONIC_NOT_CA,
        verify_url="https://tongying.example/verify/9F2K",
        key_images=(
            key_image(1),
            key_image(2, caption=""),
            key_image(3, frame=12),
            key_image(1, caption="上次", study=PRIOR),
        ),
    )
    return replace(document, **changes)


CONTEXT = StudyContext(
    patient_name="Wang^Xiaoming=王^小明",
    patient_id="00482913",
    issuer="TC",
    birth_date=date(2021, 1, 12),
    sex="M",
    study_uid=STUDY,
    study_date=date(2026, 2, 28),
    study_time=time(18, 30),
    accession_number="A17",
    study_id="7",
    description="腹部超声",
)


def pdf_object(document: doc.OpinionDocument, context: StudyContext = CONTEXT) -> Dataset:
    return write_encapsulated_pdf(
        document, context, pdf=PDF, identity=IDENTITY, written_at=WRITTEN_AT
    )


def sr_object(
    document: doc.OpinionDocument, context: StudyContext = CONTEXT, **changes: object
) -> Dataset:
    named: dict[str, object] = {
        "language": doc.Language.ZH_HANS,
        "identity": IDENTITY,
        "written_at": WRITTEN_AT,
        "predecessor": BEFORE if document.version > 1 else None,
    }
    return write_opinion_sr(document, context, **(named | changes))


def kos_object(document: doc.OpinionDocument, context: StudyContext = CONTEXT) -> Dataset:
    return write_key_object_selection(document, context, identity=IDENTITY, written_at=WRITTEN_AT)


WRITERS = {"pdf": pdf_object, "sr": sr_object, "kos": kos_object}
DOCUMENTS = {
    "full": opinion(),
    "sparse": opinion(
        size=None,
        findings="",
        advice="",
        question=doc.AskedQuestion("有引导点吗？"),
        key_images=(key_image(1, caption=""),),
        kind=doc.DocumentKind.DIAGNOSTIC_REPORT,
    ),
    "amended": opinion(version=2, amendment=Amendment("外院补传图像。")),
    "panel": opinion(panel=panel_of(ANSWER)),
}
UNKNOWN_CONTEXT = StudyContext("", "X1", "", None, None, STUDY, None, None)


def saved(dataset: Dataset, folder: Path) -> Path:
    path = folder / "object.dcm"
    dataset.save_as(path, enforce_file_format=True)
    return path


def complaints(path: Path) -> list[str]:
    if not DCIODVFY.exists():
        pytest.skip("dciodvfy (dicom3tools) is not installed")
    run = subprocess.run([DCIODVFY, "-new", path], capture_output=True, text=True)
    said = (run.stdout + run.stderr).splitlines()
    return [line for line in said if line.startswith(("Error", "Warning"))]


@pytest.mark.parametrize("name", WRITERS)
@pytest.mark.parametrize("which", DOCUMENTS)
@pytest.mark.parametrize("context", [CONTEXT, UNKNOWN_CONTEXT], ids=["known", "unknown"])
def test_dciodvfy_finds_neither_error_nor_warning(
    name: str, which: str, context: StudyContext, tmp_path: Path
) -> None:
    said = complaints(saved(WRITERS[name](DOCUMENTS[which], context), tmp_path))
    if context is UNKNOWN_CONTEXT:  # a DICOMDIR needs a study date, which nobody may make up
        said = [line for line in said if not line.endswith("needed to build DICOMDIR")]
    assert said == []


def test_dciodvfy_bites_on_a_broken_object(tmp_path: Path) -> None:
    broken = sr_object(opinion())
    del broken.CompletionFlag
    assert any("CompletionFlag" in line for line in complaints(saved(broken, tmp_path)))


@pytest.mark.parametrize("name", WRITERS)
def test_it_joins_the_childs_study(name: str, tmp_path: Path) -> None:
    read = pydicom.dcmread(saved(WRITERS[name](opinion()), tmp_path))
    assert str(read.PatientName) == "Wang^Xiaoming=王^小明"
    assert (read.PatientID, read.IssuerOfPatientID) == ("00482913", "TC")
    assert (read.StudyInstanceUID, read.SOPInstanceUID) == (STUDY, "2.25.12")
    assert (read.StudyDate, read.StudyTime) == ("20260228", "183000")
    assert read.SpecificCharacterSet == "ISO_IR 192"
    assert read.PatientAge == "005Y"
    assert (read.ContentDate, read.ContentTime) == ("20260228", "220500")
    assert (read.InstanceCreationDate, read.InstanceCreationTime) == ("20260301", "030000")
    assert read.file_meta.MediaStorageSOPInstanceUID == read.SOPInstanceUID


@pytest.mark.parametrize("name", WRITERS)
def test_same_input_gives_the_same_bytes(name: str) -> None:
    def written() -> bytes:
        buffer = io.BytesIO()
        WRITERS[name](opinion()).save_as(buffer, enforce_file_format=True)
        return buffer.getvalue()

    assert written() == written()


@pytest.mark.parametrize("name", WRITERS)
def test_unknown_stays_empty(name: str) -> None:
    child = doc.DocumentChild("", None, None, "X1", "")
    written = WRITERS[name](opinion(child=child), UNKNOWN_CONTEXT)
    assert (written.PatientBirthDate, written.PatientSex, written.StudyDate) == ("", "", "")
    assert "PatientAge" not in written
    assert "IssuerOfPatientID" not in written


def test_the_pdf_comes_back_byte_for_byte(tmp_path: Path) -> None:
    read = pydicom.dcmread(saved(pdf_object(opinion()), tmp_path))
    assert read.EncapsulatedDocument[: read.EncapsulatedDocumentLength] == PDF
    assert len(read.EncapsulatedDocument) % 2 == 0
    assert (read.MIMETypeOfEncapsulatedDocument, read.BurnedInAnnotation) == (
        "application/pdf",
        "YES",
    )
    assert read.ConceptNameCodeSequence[0].CodeValue == "11488-4"
    assert [item.ReferencedSOPInstanceUID for item in read.SourceInstanceSequence] == [
        f"{STUDY}.1.1", f"{STUDY}.1.2", f"{STUDY}.1.3", f"{PRIOR}.1.1",
    ]  # fmt: skip


def headings(read: Dataset) -> list[str]:
    return [
        item.ConceptNameCodeSequence[0].CodeMeaning
        for item in read.ContentSequence
        if item.ValueType == "CONTAINER"
    ]


def texts(sequence: list[Dataset]) -> list[str]:
    found = []
    for item in sequence:
        if item.ValueType == "TEXT":
            found.append(item.TextValue)
        found += texts(item.get("ContentSequence", []))
    return found


def test_sr_answers_before_it_describes(tmp_path: Path) -> None:
    read = pydicom.dcmread(saved(sr_object(opinion()), tmp_path))
    assert headings(read) == [
        "Request", "Conclusions", "Findings", "Recommendations", "Key Images",
        "Clinical Information", "Comment",
    ]  # fmt: skip
    said = texts(list(read.ContentSequence))
    assert ANSWER in said
    assert "是否存在引导点？\n初步诊断：复发性肠套叠（拿不准）" in said
    assert any("16.5 kg" in text and "104 cm" in text for text in said)
    assert any("李敏 主任医师 武汉儿童医院, 2026-02-28 22:05 UTC+8" in text for text in said)
    assert any("非 CA" in text and "申请（经治）医院决定" in text for text in said)
    assert read.ContentTemplateSequence[0].TemplateIdentifier == "2000"
    language = read.ContentSequence[0]
    assert language.ConceptNameCodeSequence[0].CodeValue == "121049"
    assert language.ConceptCodeSequence[0].CodeValue == "zh"


def test_sr_is_verified_by_its_signer_at_the_time_of_signing() -> None:
    written = sr_object(opinion())
    assert (written.CompletionFlag, written.VerificationFlag) == ("COMPLETE", "VERIFIED")
    (observer,) = written.VerifyingObserverSequence
    assert str(observer.VerifyingObserverName) == "Li Min^=李敏^"
    assert observer.VerifyingOrganization == "武汉儿童医院"
    assert observer.VerificationDateTime == "20260228220500+0800"


def test_sr_tells_evidence_of_this_study_from_that_of_others() -> None:
    written = sr_object(opinion())
    (here,) = written.CurrentRequestedProcedureEvidenceSequence
    (other,) = written.PertinentOtherEvidenceSequence
    assert (here.StudyInstanceUID, other.StudyInstanceUID) == (STUDY, PRIOR)
    (series,) = here.ReferencedSeriesSequence
    assert [sop.ReferencedSOPInstanceUID for sop in series.ReferencedSOPSequence] == [
        f"{STUDY}.1.{place}" for place in (1, 2, 3)
    ]


def test_highdicom_reads_the_sr_tree_back(tmp_path: Path) -> None:
    read = pydicom.dcmread(saved(sr_object(opinion()), tmp_path))
    root = highdicom.sr.ContentSequence.from_sequence(list(read.ContentSequence))
    images = [item for item in walk(root) if isinstance(item, highdicom.sr.ImageContentItem)]
    assert [image.referenced_sop_instance_uid for image in images] == [
        f"{STUDY}.1.1", f"{STUDY}.1.2", f"{STUDY}.1.3", f"{PRIOR}.1.1",
    ]  # fmt: skip
    assert images[2].referenced_frame_numbers == [12]


def walk(items: list[Dataset]) -> list[Dataset]:
    found = []
    for item in items:
        found += [item, *walk(item.get("ContentSequence", []))]
    return found


@pytest.mark.peer
@pytest.mark.parametrize("name", ["sr", "kos"])
def test_dsrdump_shows_the_chinese_text(name: str, tmp_path: Path) -> None:
    if shutil.which("dsrdump") is None:
        pytest.skip("dsrdump (Debian's dcmtk) is not installed")
    path = saved(WRITERS[name](opinion()), tmp_path)
    run = subprocess.run(["dsrdump", "+Pl", path], capture_output=True)
    said = run.stdout.decode("utf-8")
    assert run.returncode == 0, run.stderr.decode("utf-8")
    assert "E: " not in run.stderr.decode("utf-8")
    assert "同心圆征" in said
    assert ("息肉样团块" in said) == (name == "sr")


def test_an_amended_version_names_the_one_before() -> None:
    amended = opinion(version=2, amendment=Amendment("外院补传图像。"))
    (study,) = sr_object(amended).PredecessorDocumentsSequence
    (series,) = study.ReferencedSeriesSequence
    assert series.ReferencedSOPSequence[0].ReferencedSOPInstanceUID == BEFORE.sop_uid
    assert any("外院补传图像" in text for text in texts(list(sr_object(amended).ContentSequence)))
    with pytest.raises(WritingRefused):
        sr_object(amended, predecessor=None)
    with pytest.raises(WritingRefused):
        sr_object(opinion(), predecessor=BEFORE)


def test_kos_selects_the_images_of_this_study(tmp_path: Path) -> None:
    read = pydicom.dcmread(saved(kos_object(opinion()), tmp_path))
    assert read.ConceptNameCodeSequence[0].CodeValue == "113000"
    images = [item for item in read.ContentSequence if item.ValueType == "IMAGE"]
    assert [item.ReferencedSOPSequence[0].ReferencedSOPInstanceUID for item in images] == [
        f"{STUDY}.1.{place}" for place in (1, 2, 3)
    ]
    assert texts(list(read.ContentSequence)) == ["武汉儿童医院", "1. 同心圆征\n3. 同心圆征"]


def test_kos_of_nothing_is_refused() -> None:
    with pytest.raises(NothingSelected):
        kos_object(opinion(key_images=(key_image(1, study=PRIOR),)))


@pytest.mark.parametrize("name", WRITERS)
@pytest.mark.parametrize(
    ("changes", "context"),
    [
        ({"signature": doc.SignatureStatus.UNSIGNED, "signer": None, "signed_at": None}, CONTEXT),
        ({}, replace(CONTEXT, study_uid=PRIOR)),
        ({"answering": doc.Hospital("院" * 65, HospitalCode("WH"))}, CONTEXT),
        ({"number": "TY\\1"}, CONTEXT),
    ],
    ids=["unsigned", "other study", "name too long", "backslash"],
)
def test_what_cannot_be_written_is_refused(
    name: str, changes: dict[str, object], context: StudyContext
) -> None:
    with pytest.raises(WritingRefused):
        WRITERS[name](opinion(**changes), context)


def test_an_english_sr_without_images_has_no_empty_section() -> None:
    document = opinion(
        version=2,
        amendment=Amendment("More images came."),
        key_images=(),
        size=None,
        question=doc.AskedQuestion("Is there a lead point?", "Intussusception", None, ""),
        findings=" ",
    )
    written = sr_object(document, language=doc.Language.EN)
    assert headings(written) == ["Request", "Conclusions", "Recommendations", "Comment"]
    assert "CurrentRequestedProcedureEvidenceSequence" not in written
    said = texts(list(written.ContentSequence))
    assert "Is there a lead point?\nProvisional diagnosis: Intussusception" in said
    assert any("Reason for the change: More images came." in text for text in said)
    assert written.ContentSequence[0].ConceptCodeSequence[0].CodeValue == "en"
    assert "SourceInstanceSequence" not in pdf_object(document)


def test_nobody_verifies_an_unsigned_opinion() -> None:
    unsigned = opinion(signature=doc.SignatureStatus.UNSIGNED, signer=None, signed_at=None)
    with pytest.raises(WritingRefused):
        verifying_observer(unsigned)


def test_a_naive_time_and_a_non_pdf_are_refused() -> None:
    naive = WRITTEN_AT.replace(tzinfo=None)
    with pytest.raises(WritingRefused):
        write_encapsulated_pdf(opinion(), CONTEXT, pdf=PDF, identity=IDENTITY, written_at=naive)
    with pytest.raises(NotAPdf):
        write_encapsulated_pdf(
            opinion(), CONTEXT, pdf=b"<html>", identity=IDENTITY, written_at=WRITTEN_AT
        )


@pytest.mark.parametrize(
    ("born", "age"),
    [
        (date(2026, 2, 19), "009D"), (date(2026, 1, 1), "008W"), (date(2024, 4, 1), "022M"),
        (date(2021, 1, 12), "005Y"), (date(2026, 3, 1), None),
    ],
)  # fmt: skip
def test_patient_age_is_in_the_paediatricians_unit(born: date, age: str | None) -> None:
    child = replace(opinion().child, birth_date=born)
    assert pdf_object(opinion(child=child)).get("PatientAge") == age
