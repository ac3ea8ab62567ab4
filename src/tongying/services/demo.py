"""The demo alliance in an empty installation: hospitals, people, studies, cases, all invented."""

from __future__ import annotations

import os
import secrets
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any, ClassVar

from django.conf import settings
from django.utils import timezone
from pydicom import dcmwrite
from pydicom.dataset import Dataset

from tongying.archive.arrival import Door, Fate, Sender
from tongying.consult.case import Question
from tongying.consult.desk import Act
from tongying.consult.people import Viewer
from tongying.consult.states import Move, State
from tongying.kernel.errors import BadInput
from tongying.kernel.gestation import GestationalAge
from tongying.services.demo_ai import make_ai
from tongying.services.demo_books import make_alliance
from tongying.services.demo_cases import CASES, DemoCase
from tongying.services.demo_norms import make_norms
from tongying.services.demo_pathways import make_pathways
from tongying.services.demo_people import HOSPITALS, PEOPLE
from tongying.services.demo_studies import CHINA, DemoStudy, demo_studies
from tongying.web.cases import store as cases
from tongying.web.people.models import Hospital
from tongying.web.people.store import NewMember, add_hospital, add_member, viewer_of_login
from tongying.web.records.fetal import FetalLink, file_with_child
from tongying.web.records.models import Child
from tongying.web.uploads.intake import offer, open_intake

ACTOR = "demo"
DESK = "wumei"
FILES = "hanmei"
LOG_INS = "demo.txt"
"""In the data directory, for its owner's eyes only: the log-ins and their password."""
NOTICE = (
    "演示数据：医院、人员、病例均为虚构；影像为合成体模或公开示例图。仅供研究，不得用于诊疗。\n"
    "Demonstration data: hospitals, people and cases are invented; the pictures are synthetic"
    " phantoms or public samples. Research use only, not for care."
)
CHOSEN_BY_HAND = "演示：按会诊中心的安排"
"""Reason of the demo's desk, which does not follow the plan but the story."""
_ORDER = (
    State.SUBMITTED,
    State.ASSIGNED,
    State.READING,
    State.SIGNED,
    State.ACKNOWLEDGED,
)


class DemoNotEmpty(BadInput):
    """The installation has hospitals already."""

    code: ClassVar[str] = "demo.not-empty"


class DemoStudyRefused(BadInput):
    """The archive did not take a study of the demo."""

    code: ClassVar[str] = "demo.study-refused"


@dataclass(frozen=True, slots=True)
class _Placed:
    """The demo's studies by key, and when it is."""

    studies: dict[str, DemoStudy]
    now: datetime


def make_demo(say: Callable[[str], None]) -> dict[str, Any]:
    """Make the demo alliance and return what was made, with the log-ins.

    Parameters
    ----------
    say : callable
        Takes each line of progress.

    Raises
    ------
    DemoNotEmpty
        If there is a hospital already, as after a demo that was cut off.
    DemoStudyRefused
        If the archive refuses one of its images.
    tongying.services.demo_borrowed.SampleMissing
        If an image that it borrows is not installed.
    """
    if Hospital.objects.exists():
        raise DemoNotEmpty(
            "There are hospitals here already and the demo needs an empty data directory; if an"
            " earlier demo was cut off, delete its data directory and run it again."
        )
    began = time.monotonic()
    say(NOTICE)
    now = timezone.now()
    password = secrets.token_urlsafe(9)
    table = _log_ins(password)
    _keep(Path(settings.DATA_DIR) / LOG_INS, table)
    _add_people(password)
    alliance = make_alliance(ACTOR, now)
    say(
        f"{len(alliance.hospitals)} 家医院 hospitals · {alliance.members} 名委员 members"
        f" · {alliance.shifts} 个班次 shifts · {len(PEOPLE)} 个可登录账号 log-ins"
    )
    studies: dict[str, DemoStudy] = {}
    modalities: Counter[str] = Counter()
    for study in demo_studies(now=now):
        counts = _store(study)
        studies[study.key] = study
        modalities += counts
        what = " ".join(f"{kind}×{count}" for kind, count in sorted(counts.items()))
        say(f"{study.hospital_code} {study.study_description.removeprefix('演示 ')}: {what}")
    _file_fetal(studies)
    made = {case.study: _make_case(case, _Placed(studies, now)) for case in CASES}
    states = Counter(state.value for _, state in made.values())
    say(f"{len(CASES)} 例会诊 cases: " + " · ".join(f"{n} {s}" for s, n in sorted(states.items())))
    measured = make_pathways(studies, {key: number for key, (number, _) in made.items()}, say)
    models = make_ai(studies, say)
    norms = make_norms(studies, now.astimezone(CHINA).date(), say)
    say(f"{sum(modalities.values())} 幅 images, {time.monotonic() - began:.0f} s")
    say(table)
    return {
        "notice": NOTICE,
        "hospitals": list(alliance.hospitals),
        "members": alliance.members,
        "agreements": alliance.agreements,
        "shifts": alliance.shifts,
        "studies": len(studies),
        "images": dict(sorted(modalities.items())),
        "cases": dict(sorted(states.items())),
        "norms": norms,
        "pathways": measured,
        "models": models,
        "password": password,
        "people": [
            {"login": one.login, "name": one.name, "role": one.role.value, "hospital": one.hospital}
            for one in PEOPLE
        ],
    }


def _add_people(password: str) -> None:
    for hospital in HOSPITALS:
        add_hospital(
            hospital.code,
            hospital.name,
            actor=ACTOR,
            answers=hospital.answers,
            name_en=hospital.name_en,
        )
    for person in PEOPLE:
        add_member(
            NewMember(
                login=person.login,
                role=person.role,
                hospital=person.hospital,
                password=password,
                name=person.name,
                sub_specialty=person.sub_specialty,
                title=person.title,
            ),
            actor=ACTOR,
        )


def _log_ins(password: str) -> str:
    """Return the table of log-ins, Chinese and English."""
    lines = [NOTICE, "", f"密码 password (所有账号相同 same for all): {password}", ""]
    for person in PEOPLE:
        lines.append(
            f"{person.login:<12} {person.hospital:<5} {person.role.value:<13} {person.name}"
            f" · {person.can_zh} · {person.can_en}"
        )
    return "\n".join(lines)


def _keep(path: Path, text: str) -> None:
    """Write a file that only its owner may read."""
    path.unlink(missing_ok=True)
    file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(file, "w", encoding="utf-8") as target:
        target.write(text + "\n")


def _store(study: DemoStudy) -> Counter[str]:
    """Store a study through the archive's door and return its images by modality."""
    intake = open_intake(Sender(ACTOR, study.hospital_code, Door.IMPORT))
    counts: Counter[str] = Counter()
    for dataset in study.instances():
        offer(intake, str(dataset.SOPInstanceUID), BytesIO(part10(dataset)))
        counts[str(dataset.Modality)] += 1
    for arrival in intake.flush():
        if arrival.fate is not Fate.STORED:
            raise DemoStudyRefused(
                f"The archive did not take an image of the demo ({arrival.fate.value}):"
                f" {arrival.reason}"
            )
    return counts


def part10(dataset: Dataset) -> bytes:
    """Return a data set as the bytes of a DICOM file."""
    target = BytesIO()
    dcmwrite(target, dataset, enforce_file_format=True)
    return target.getvalue()


def _file_fetal(studies: dict[str, DemoStudy]) -> None:
    """File the fetal study under the mother's record with the child that it shows."""
    fetal, child = studies["zhao-fetal"], studies["zhao-pet"]
    row = Child.objects.get(hospital_id=child.hospital_code, local_id=child.patient_id)
    # Conceived so that the child was born at 39 weeks and 1 day.
    before = (child.birth_date - fetal.at.date()).days
    gestation = GestationalAge(39 * 7 + 1 - before)
    link = FetalLink(fetal.study_uid, gestation, None, "演示：核对分娩记录与母婴腕带")
    file_with_child(viewer_of_login(FILES), row.pk, link)


def _make_case(case: DemoCase, placed: _Placed) -> tuple[int, State]:
    """Ask a question and take it as far as it is to go; each step by the one whose step it is."""
    study = placed.studies[case.study]
    author = viewer_of_login(case.author)
    number = cases.begin(author, study.study_uid)
    cases.act(author, number, Act(Move.EDIT, question=_question(case, study, placed.now)))
    if case.state is State.DRAFT:
        return number, case.state
    cases.act(author, number, Act(Move.SUBMIT))
    steps = _ORDER[1 : _ORDER.index(case.state) + 1]
    if State.ASSIGNED not in steps:
        return number, case.state
    expert = viewer_of_login(case.expert)
    chosen = Act(Move.ASSIGN, assignee=expert.user, reason=CHOSEN_BY_HAND)
    cases.act(viewer_of_login(DESK), number, chosen)
    if State.READING in steps:
        cases.act(expert, number, Act(Move.ACCEPT))
        _point(expert, number, case, study)
    if State.SIGNED in steps:
        cases.act(expert, number, Act(Move.SIGN, opinion=case.opinion))
    if case.amended is not None:
        amend = Act(Move.AMEND, opinion=case.amended, reason=case.amendment_reason)
        cases.act(expert, number, amend)
    if State.ACKNOWLEDGED in steps:
        cases.act(author, number, Act(Move.ACKNOWLEDGE))
    return number, case.state


def _question(case: DemoCase, study: DemoStudy, now: datetime) -> Question:
    weeks, days = case.gestation or (None, None)
    return Question(
        text=case.text,
        provisional_diagnosis=case.provisional_diagnosis,
        confidence=case.confidence,
        urgency=case.urgency,
        history=case.history,
        weight_kg=study.weight_kg,
        height_cm=round(study.size_m * 100, 1),
        measured_on=now.astimezone(CHINA).date() - timedelta(days=case.measured_days_ago),
        gestation_weeks=weeks,
        gestation_days=days,
    )


def _point(expert: Viewer, number: int, case: DemoCase, study: DemoStudy) -> None:
    for image in case.key_images:
        cases.add_key_image(
            expert,
            number,
            cases.KeyImagePick(
                study_uid=study.study_uid,
                series_uid=study.series_uid(image.series),
                sop_uid=study.sop_uid(image.series, image.instance),
                frame=image.frame,
                caption=image.caption,
            ),
        )
