"""A small alliance with a child's studies in the archive, for tests of the case store."""

from __future__ import annotations

import io
from dataclasses import dataclass, field

from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import CTImageStorage, ExplicitVRLittleEndian

from tongying.consult.case import Confidence, Question, Urgency
from tongying.consult.desk import Act, Opinion
from tongying.consult.people import Role, Viewer
from tongying.consult.states import Move
from tongying.kernel.ids import UserId

UID = "1.2.826.0.1.3680043.10.1998"
QUESTION = Question(
    text="右侧股骨是否骨折？",
    provisional_diagnosis="股骨骨折？",
    confidence=Confidence.UNSURE,
    urgency=Urgency.URGENT,
    history="摔倒后疼痛 1 天",
)
OPINION = Opinion(answer="无骨折。", findings="骨皮质连续。", advice="一周后复查。")


@dataclass
class World:
    """Who is there, and what the archive holds."""

    viewers: dict[str, Viewer] = field(default_factory=dict)
    store: object = None

    def __getattr__(self, name: str) -> Viewer:
        try:
            return self.viewers[name]
        except KeyError:
            raise AttributeError(name) from None


def make_world() -> World:
    """Make two hospitals and their people; call it with a database."""
    from django.test import override_settings

    from tongying.web.people.store import NewMember, add_hospital, add_member, viewer_of_login
    from tongying.web.records.images import content_store

    add_hospital("COUNTY", "县人民医院", actor="system")
    add_hospital("CHILDREN", "儿童医院", actor="system", answers=True)
    add_hospital("OTHER", "邻县医院", actor="system")
    people = {
        "author": (Role.REQUESTER, "COUNTY", ""),
        "colleague": (Role.REQUESTER, "COUNTY", ""),
        "desk": (Role.COORDINATOR, "CHILDREN", ""),
        "expert": (Role.EXPERT, "CHILDREN", "骨骼"),
        "second": (Role.EXPERT, "CHILDREN", "神经"),
        "stranger": (Role.REQUESTER, "OTHER", ""),
    }
    world = World(store=content_store())
    for login, (role, hospital, speciality) in people.items():
        new = NewMember(login, role, hospital, "a-long-pass-phrase", f"{login} 医师", speciality)
        # Nobody logs in here; a hash that is meant to be slow would be most of the test's time.
        with override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"]):
            add_member(new, actor="system")
        world.viewers[login] = viewer_of_login(login)
    return world


def take_in(
    study: int, *, child: str = "H-1", hospital: str = "COUNTY", series: int = 1, number: int = 1
) -> tuple[str, str, str]:
    """Put one slice into the archive; returns its study, series and SOP UIDs."""
    from tongying.archive.arrival import Door, Fate, Sender
    from tongying.archive.ingest import Intake
    from tongying.web.records.images import content_store
    from tongying.web.records.index import DjangoIndex

    uids = f"{UID}.{study}", f"{UID}.{study}.{series}", f"{UID}.{study}.{series}.{number}"
    intake = Intake(content_store(), DjangoIndex(), Sender("test", hospital, Door.IMPORT))
    incoming = intake.incoming()
    incoming.write(slice_bytes(*uids, child=child))
    intake.offer("slice", incoming)
    (arrival,) = intake.flush()
    assert arrival.fate is Fate.STORED, arrival
    return uids


def slice_bytes(study: str, series: str, sop: str, *, child: str) -> bytes:
    """Return a small CT slice."""
    image = Dataset()
    image.SpecificCharacterSet = "ISO_IR 192"
    image.SOPClassUID, image.SOPInstanceUID = CTImageStorage, sop
    image.StudyInstanceUID, image.SeriesInstanceUID = study, series
    image.StudyDate, image.StudyTime, image.Modality = "20260301", "101500", "CT"
    image.PatientName, image.PatientID = "Wang^XiaoDong=王^小东", child
    image.PatientBirthDate, image.PatientSex = "20190101", "M"
    image.StudyDescription, image.StudyID, image.AccessionNumber = "股骨平扫", "1", "A1"
    image.SeriesNumber, image.InstanceNumber = 2, 1
    image.SamplesPerPixel, image.PhotometricInterpretation = 1, "MONOCHROME2"
    image.Rows = image.Columns = 16
    image.BitsAllocated, image.BitsStored, image.HighBit = 16, 12, 11
    image.PixelRepresentation = 0
    image.PixelData = b"".join((pixel * 7 % 4096).to_bytes(2, "little") for pixel in range(256))
    image.file_meta = FileMetaDataset()
    image.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    target = io.BytesIO()
    image.save_as(target, enforce_file_format=True)
    return target.getvalue()


def assign_to(expert: Viewer) -> Act:
    """Assign, with a reason in case the plan proposes somebody else."""
    return Act(Move.ASSIGN, assignee=UserId(expert.user), reason="同科会诊")


def case_at(world: World, target: str, study_uid: str) -> int:
    """Bring a new case about a study to a state along the usual way."""
    from tongying.web.cases import store

    case = store.begin(world.author, study_uid)
    way = [
        ("draft", world.author, Act(Move.EDIT, question=QUESTION)),
        ("submitted", world.author, Act(Move.SUBMIT)),
        ("assigned", world.desk, assign_to(world.expert)),
        ("reading", world.expert, Act(Move.ACCEPT)),
        ("signed", world.expert, Act(Move.SIGN, opinion=OPINION)),
        ("acknowledged", world.author, Act(Move.ACKNOWLEDGE)),
    ]
    for state, viewer, act in way:
        store.act(viewer, case, act)
        if state == target:
            return case
    raise AssertionError(target)


def row(case):
    from tongying.web.cases.models import CaseRow

    return CaseRow.objects.get(pk=case)


def pick(uids, **more):
    from tongying.web.cases.store import KeyImagePick

    return KeyImagePick(*uids, **more)
