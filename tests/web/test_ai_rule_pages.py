"""The rule tester, saving rules, and the events of a study."""

from __future__ import annotations

from typing import Any

import archive_world as world
import case_world
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse

from tongying.ai.rules.shipped import NO_RULES, shipped_text
from tongying.consult.people import Role
from tongying.web.ai import ruling
from tongying.web.ai.models import RuleText, StepEvent
from tongying.web.ai.study_known import asked_of, facts_of
from tongying.web.cases.models import CaseRow
from tongying.web.records.models import Study
from tongying.web.trail.models import AuditRow

pytestmark = pytest.mark.django_db
ADDRESS = "/ai/rules/"
OURS = """name: {en: Ours, zh: 本院规则}
complete: {quiet: 2 minutes, force: 1 hour}
rules:
  - id: ct
    name: {en: CT, zh: CT}
    when: {modalities: [CT]}
    steps:
      - {step: acquisition-quality, card: acquisition-quality}
      - {step: triage, card: triage}
"""
MORE = """  - id: nobody
    name: {en: Nobody, zh: 无}
    when: {modalities: [US], words: [结节]}
    steps:
      - {step: triage, card: triage}
"""


@pytest.fixture(autouse=True)
def alliance(db: None, request: pytest.FixtureRequest) -> None:
    (case_world if "case" in request.fixturenames else world).build()


@pytest.fixture
def case(alliance: None) -> int:
    return case_world.reading()


def post(login: str, **data: Any) -> HttpResponse:
    return world.client(login).post(ADDRESS, {"text": shipped_text()} | data)


def text_of(answer: HttpResponse, status: int = 200) -> str:
    assert answer.status_code == status
    return answer.content.decode()


def test_a_study_shows_what_it_would_trigger_and_what_cards_refuse() -> None:
    world.send("technologist", *(world.instance(one) for one in range(1, 4)))
    told = text_of(post("technologist", then="try", study=world.STUDY))
    assert "Triage by rules" in told and "admitted" in told
    assert "Not triggered" in told and "brain-mr" in told
    assert "120 s" in told or "2 min" in told
    told = text_of(post("technologist", then="try", study=world.STUDY, text=OURS + MORE))
    assert "nobody" in told and "the rule asks for US" in told


def test_reasons_of_a_card_are_told_with_their_codes() -> None:
    ct = SimpleUploadedFile("a.dcm", world.instance(ImageType=["ORIGINAL", "PRIMARY", "AXIAL"]))
    text = MORE.replace("[US], words: [结节]", "[CT]").replace("triage", "protocol-advice", 2)
    text = text.replace("step: protocol-advice", "step: protocol")
    head = shipped_text().split("rules:")[0]
    told = text_of(post("expert", then="try", files=[ct], text=f"{head}rules:\n{text}"))
    assert "admitted" in told
    mr = world.instance(study="1.2.9", Modality="MR", SOPInstanceUID="1.2.9.9")
    sent = SimpleUploadedFile("a.dcm", mr)
    text = text.replace("[CT]", "[MR]")
    told = text_of(post("expert", then="try", files=[sent], text=f"{head}rules:\n{text}"))
    assert "would be refused" in told and "ai.modality-contradicted" in told


def test_headers_are_tried_and_not_kept() -> None:
    files = [
        SimpleUploadedFile("a.dcm", world.instance()),
        SimpleUploadedFile("notes.txt", b"no image"),
    ]
    told = text_of(post("expert", then="try", files=files, urgency="urgent", words="疑肠扭转"))
    assert "The question is urgent" in told and "notes.txt" in told
    assert not Study.objects.exists()
    told = text_of(post("expert", then="try", files=[files[1]]), 422)
    assert "None of the files is a DICOM image." in told
    two = [
        SimpleUploadedFile("a.dcm", world.instance()),
        SimpleUploadedFile("b.dcm", world.instance(study="1.2.5")),
    ]
    assert "several studies" in text_of(post("expert", then="try", files=two), 422)


def test_a_study_that_one_may_not_see_does_not_exist() -> None:
    world.send("technologist", world.instance())
    assert post("stranger", then="try", study=world.STUDY).status_code == 404
    assert post("technologist", then="try", study="1.2.3").status_code == 404


def test_faults_stand_with_their_lines() -> None:
    told = text_of(post("admin", text=OURS.replace("triage}", "oracle}"), then="save"), 422)
    assert "there is no model &#x27;oracle&#x27; here" in told and "line " in told
    assert not RuleText.objects.exists()
    assert "Every line can be followed" in text_of(post("requester", text=OURS, then="check"))


def test_an_administrator_saves_a_version_and_turns_the_rules_off() -> None:
    assert ruling.rules_for(world.COUNTY).version == ruling.SHIPPED
    assert post("admin", text=OURS, then="save", version=0).status_code == 302
    held = ruling.rules_for(world.COUNTY)
    assert (held.version, held.rules.name.chinese, held.by) == (1, "本院规则", "admin")
    assert held.trigger("ct") == "rule:ct@1"
    assert ruling.rules_for(world.OTHER).version == ruling.SHIPPED
    assert "meanwhile" in text_of(post("admin", text="", then="save", version=0), 409)
    assert "already" in text_of(post("admin", text=OURS, then="save", version=1), 409)
    assert post("admin", text="", then="save", version=1).status_code == 302
    held = ruling.rules_for(world.COUNTY)
    assert held.off and held.rules == NO_RULES and held.version == 2
    assert AuditRow.objects.filter(kind="ai-rules").count() == 2
    assert "本院规则" in text_of(world.client("admin").get(f"{ADDRESS}?version=1"))


@pytest.mark.parametrize("role", [one for one in Role if one not in ruling.SAVING_ROLES])
def test_others_save_none(role: Role) -> None:
    answer = post(role.value, text=OURS, then="save", version=0)
    assert answer.status_code == (404 if role is Role.VENDOR else 403)
    assert not RuleText.objects.exists()


def test_rules_that_are_no_longer_understood_trigger_nothing_and_say_so() -> None:
    post("admin", text=OURS, then="save", version=0)
    RuleText.objects.update(text=OURS.replace("modalities", "gone"))
    held = ruling.rules_for(world.COUNTY)
    assert held.rules == NO_RULES and held.faults and not held.off
    assert "no longer understood" in text_of(world.client("expert").get(ADDRESS))


def test_what_was_asked_is_known_only_from_cases_that_may_be_seen() -> None:
    world.send("technologist", world.instance())
    study = Study.objects.get()
    facts = facts_of(study)
    assert facts.uid == world.STUDY and facts.series[0].modality == "CT"
    asked = asked_of(study, CaseRow.objects.all())
    assert (asked.hospital, asked.words, asked.urgency) == (world.COUNTY, "", None)


def test_words_of_a_question_are_known_to_those_who_see_the_case(case: int) -> None:
    study = CaseRow.objects.get(pk=case).studies.get(prior=False).study
    asked = asked_of(study, CaseRow.objects.all())
    assert asked.words and asked.urgency is not None
    assert asked_of(study, CaseRow.objects.none()).words == ""


def test_the_events_of_a_study_are_told() -> None:
    world.send("technologist", world.instance())
    study = Study.objects.get()
    for kind, what in (
        ("arrived", {"images": 1}),
        ("complete", {"forced": True}),
        ("passed-over", {"model": "lungs", "code": "ai.model-not-installed"}),
        ("from-the-future", {}),
    ):
        StepEvent.objects.create(study=study, at=study.arrived_at, kind=kind, what=what)
    address = f"/studies/{world.STUDY}/ai/events/"
    told = text_of(world.client("technologist").get(address))
    for word in ("The study arrived · 1 image", "the time was up", "lungs", "from-the-future"):
        assert word in told
    assert "Ask a model" in told
    assert world.client("stranger").get(address).status_code == 404


def test_a_model_that_is_not_switched_on_is_not_asked() -> None:
    world.send("technologist", world.instance())
    browser = world.client("technologist")
    for model, said in (("triage", "not switched on"), ("", "Choose a model.")):
        answer = browser.post(f"/studies/{world.STUDY}/ai/ask/", {"model": model}, follow=True)
        assert said in text_of(answer)
