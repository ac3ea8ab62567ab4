"""The alliance's pages: what each reader sees, forms that lose nothing, files row by row."""

from __future__ import annotations

import re

import alliance_world as world
import pytest
from alliance_world import COUNTY, LEAD, at, client
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import translation

from tongying.consult.agreement import AgreementMissing, SubAlliance, Tier
from tongying.consult.alliance_faults import SENTENCES, AllianceRefused, FaultCode, fault
from tongying.consult.alliance_import.columns import Kind
from tongying.consult.alliance_import.outcome import Outcome
from tongying.consult.roster import Duty
from tongying.web.alliance.directory import Validity
from tongying.web.alliance.models import AgreementRow, ShiftRow
from tongying.web.pages import alliance_words as words
from tongying.web.pages.sentences import refusal_sentence
from tongying.web.people.models import Hospital, Member

ROLES = ["requester", "expert", "coordinator", "technologist", "researcher", "trainee", "admin"]


@pytest.fixture
def alliance(db: None) -> None:
    world.build()


def page(login: str, url: str) -> str:
    response = client(login).get(url)
    assert response.status_code == 200, url
    return response.content.decode()


@pytest.mark.usefixtures("alliance")
@pytest.mark.parametrize("role", ROLES)
def test_everybody_reads_the_directory_and_never_a_number_or_address(role: str) -> None:
    for code in ("county", "lead"):
        text = page(f"{code}-{role}", "/alliance/")
        assert all(f"{one} 医院" in text for one in world.TIERS)
        text = page(f"{code}-{role}", f"/alliance/hospitals/{LEAD}/")
        assert "李专家" in text
        assert "Chest" in text
        assert "SECRET-1" not in text
        assert "secret@example.org" not in text
        sees_licence = role in ("admin", "coordinator")
        assert ("Expired" in text) is sees_licence
        assert ("2020-01-01" in text) is sees_licence
        manages = code == "lead" and sees_licence
        assert ("Change the profile" in text) is manages
        assert ("/alliance/members/lead-expert/" in text) is (code == "lead" and role == "admin")


@pytest.mark.usefixtures("alliance")
def test_the_number_of_an_agreement_is_for_the_offices_of_the_two_and_the_leading_one() -> None:
    AgreementRow.objects.create(
        asking_id=COUNTY,
        answering_id="REGION",
        valid_from="2026-01-01",
        valid_until="2090-01-01",
        scope="imaging",
        number="NUMBER-7",
    )
    for login, sees in (
        ("county-admin", True),
        ("region-coordinator", True),
        ("lead-coordinator", True),
        ("other-admin", False),
        ("county-requester", False),
        ("lead-expert", False),
    ):
        text = page(login, f"/alliance/hospitals/{COUNTY}/")
        assert "2090-01-01" in text
        assert ("NUMBER-7" in text) is sees, login


@pytest.mark.usefixtures("alliance")
def test_the_tree_is_narrowed_and_says_when_nothing_fits() -> None:
    text = page("county-trainee", "/alliance/?tier=county&q=other")
    assert "OTHER 医院" in text
    assert "REGION 医院" not in text
    assert "No hospital fits" in page("county-trainee", "/alliance/?q=nowhere&tier=king")
    fragment = client("county-trainee").get("/alliance/", headers={"HX-Request": "true"})
    assert "<html" not in fragment.content.decode()
    assert client("county-trainee").get("/alliance/hospitals/NONE/").status_code == 404


@pytest.mark.usefixtures("alliance")
def test_a_profile_is_changed_and_a_refused_one_loses_nothing_typed() -> None:
    form = {
        "name": "改名医院",
        "tier": "county",
        "parent": "REGION",
        "ae_title": COUNTY,
        "service_hours": "周一-周五 08:00-17:00",
        "sub_alliances": ["imaging", "nuclear"],
        "answers": "1",
    }
    url = f"/alliance/hospitals/{COUNTY}/"
    refused = client("lead-admin").post(url, form | {"service_hours": "whenever"})
    assert refused.status_code == 422
    text = refused.content.decode()
    assert "whenever" in text
    assert 'value="改名医院"' in text
    assert "<details open>" in text
    assert client("lead-admin").post(url, form).status_code == 302
    row = Hospital.objects.get(code=COUNTY)
    assert (row.name, row.answers, row.sub_alliances) == ("改名医院", True, "imaging nuclear")
    assert len(row.service_hours) == 7
    assert client("county-admin").post(url, form).status_code == 403


@pytest.mark.usefixtures("alliance")
def test_an_agreement_is_put_on_record_and_removed() -> None:
    url = f"/alliance/hospitals/{COUNTY}/agreements/"
    form = {"answering": LEAD, "valid_from": "2026-01-01", "valid_until": "2025-01-01"}
    refused = client("lead-coordinator").post(url, form | {"scope": ["imaging"]})
    assert refused.status_code == 422
    assert "must not end before it begins" in refused.content.decode()
    form |= {"valid_until": "2099-01-01", "scope": ["imaging", "nuclear"]}
    assert client("lead-coordinator").post(url, form).status_code == 302
    row = AgreementRow.objects.get()
    assert client("lead-trainee").post(f"{url}{row.pk}/remove/").status_code == 403
    assert client("lead-coordinator").post(f"{url}{row.pk}/remove/").status_code == 302
    assert not AgreementRow.objects.exists()


@pytest.mark.usefixtures("alliance")
def test_a_members_form_shows_and_keeps_what_the_administrator_types() -> None:
    url = "/alliance/members/lead-expert/"
    text = page("lead-admin", url)
    assert "SECRET-1" in text
    form = {
        "name": "李专家",
        "role": "expert",
        "specialties": ["bone", "chest"],
        "modalities": ["US"],
        "age_from": "28 天",
        "age_until": "14 岁",
        "licence_number": "N-9",
        "licence_until": "2099-01-01",
        "load_cap": "5",
        "committee": "1",
    }
    refused = client("lead-admin").post(url, form | {"load_cap": "lots"})
    assert refused.status_code == 422
    assert "not a whole number" in refused.content.decode()
    assert "N-9" in refused.content.decode()
    assert client("lead-admin").post(url, form).status_code == 302
    row = Member.objects.get(login="lead-expert")
    assert (row.specialties, row.modalities) == ("bone chest", "US")
    assert (row.age_from_days, row.age_until_days, row.load_cap) == (28, 5113, 5)
    assert (row.committee, row.email) == (True, "")
    assert 'value="14 岁"' in page("lead-admin", url)
    for other, status in (("lead-coordinator", 403), ("county-admin", 404), ("lead-expert", 403)):
        assert client(other).get(url).status_code == status
        assert client(other).post(url, form).status_code == status


@pytest.mark.usefixtures("alliance")
def test_a_week_without_anybody_says_what_to_do() -> None:
    Member.objects.filter(role="expert", hospital_id=COUNTY).delete()
    assert "copy the week before" in page("county-coordinator", "/alliance/roster/")
    assert "holds nothing up" in page("county-trainee", "/alliance/roster/")


@pytest.mark.usefixtures("alliance")
def test_shifts_on_the_page() -> None:
    desk = client("lead-coordinator")
    form = {"login": "lead-expert", "day": "2026-03-02", "begins": "22:00", "ends": "08:00"}
    form["duty"] = "on-call"
    assert desk.post("/alliance/roster/", form).status_code == 302
    row = ShiftRow.objects.get()
    assert (row.begins, row.ends) == (at(2, 22), at(3, 8))
    clash = desk.post("/alliance/roster/", form | {"begins": "23:00"})
    assert clash.status_code == 422
    assert "It overlaps a shift of lead-expert" in clash.content.decode()
    assert 'value="23:00"' in clash.content.decode()
    for wrong in ({"day": "tomorrow"}, {"begins": "late"}, {"duty": "asleep"}, {"ends": ""}):
        assert desk.post("/alliance/roster/", form | wrong).status_code == 422
    text = page("lead-trainee", f"/alliance/roster/?week=2026-03-04&shift={row.pk}")
    assert "2026-03-02 22:00" in text
    assert "22–08" in text
    assert "Remove the shift" not in text
    assert "李专家" not in page("county-coordinator", "/alliance/roster/?week=2026-03-04")
    for odd in ("0001-01-01", "9999-12-31", "soon"):
        assert client("lead-trainee").get(f"/alliance/roster/?week={odd}").status_code == 200
    copied = desk.post("/alliance/roster/copy/", {"week": "2026-03-11"})
    assert copied["Location"] == "/alliance/roster/?week=2026-03-09"
    assert ShiftRow.objects.count() == 2
    assert desk.post(f"/alliance/roster/{row.pk}/remove/", {"week": ""}).status_code == 302
    assert ShiftRow.objects.count() == 1


def upload(login: str, kind: str, text: str, codec: str = "utf-8"):
    file = SimpleUploadedFile("名单.csv", text.encode(codec), "text/csv")
    return client(login).post("/alliance/import/", {"kind": kind, "file": file})


@pytest.mark.usefixtures("alliance")
def test_a_file_is_checked_first_and_applied_when_asked_to() -> None:
    text = "code,name\nNEW,新院\nCOUNTY,县医院\n"
    checked = upload("lead-admin", "hospitals", text)
    assert checked.status_code == 200
    body = checked.content.decode()
    assert "Nothing is changed yet" in body
    assert body.count("<tr><td") == 2
    assert not Hospital.objects.filter(code="NEW").exists()
    kept = re.search(r'name="kept" value="([^"]+)"', body)[1]
    again = {"kind": "hospitals", "kept": kept, "apply": "1"}
    applied = client("lead-admin").post("/alliance/import/", again)
    assert "The file is applied." in applied.content.decode()
    assert Hospital.objects.get(code=COUNTY).name == "县医院"
    assert client("county-admin").post("/alliance/import/", again).status_code == 403


@pytest.mark.usefixtures("alliance")
def test_a_refused_row_is_told_and_offers_no_applying() -> None:
    text = "登录名,姓名,医院代码,角色\nhe,何医生,COUNTY,申请医生\nhu,胡医生,COUNTY,国王\n"
    answer = upload("county-admin", "members", text, "gb18030")
    assert answer.status_code == 422
    body = answer.content.decode()
    assert "GB18030" in body
    assert "1 row is refused; nothing was changed." in body
    assert "“国王” is not one of the words known here." in body
    assert 'name="apply"' not in body
    assert not Member.objects.filter(login="he").exists()


@pytest.mark.usefixtures("alliance")
@pytest.mark.parametrize(
    "form", [{}, {"kind": "hospitals"}, {"kind": "king", "kept": "eA=="}, {"kind": "members"}]
)
def test_a_form_without_a_file_or_kind_is_sent_back(form: dict[str, str]) -> None:
    assert client("lead-admin").post("/alliance/import/", form).status_code == 422


@pytest.mark.usefixtures("alliance")
def test_templates_and_exports_are_csv() -> None:
    template = client("county-trainee").get("/alliance/import/members.csv")
    assert template["Content-Type"].startswith("text/csv")
    assert template.content.startswith("\ufeff登录名".encode())
    export = client("lead-admin").get("/alliance/export/members.csv")
    assert "SECRET-1" in export.content.decode()
    assert client("county-admin").get("/alliance/import/kings.csv").status_code == 404


# ------------------------------------------------------------------ words


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_every_term_has_a_word_of_its_own(language: str) -> None:
    tables = [
        (words.TIER_WORDS, Tier),
        (words.SUB_ALLIANCE_WORDS, SubAlliance),
        (words.DUTY_WORDS, Duty),
        (words.VALIDITY_WORDS, Validity),
        (words.OUTCOME_WORDS, Outcome),
        (words.KIND_WORDS, Kind),
        (words.KIND_HELP, Kind),
    ]
    with translation.override(language):
        for table, terms in tables:
            assert set(table) == set(terms)
            assert len({str(word) for word in table.values()}) == len(table)


def test_every_fault_is_said_in_chinese_with_its_values() -> None:
    assert set(SENTENCES.values()) <= words.FAULTS
    with translation.override("zh-hans"):
        for code, sentence in SENTENCES.items():
            values = {name: f"<{name}>" for name in re.findall(r"%\((\w+)\)s", sentence)}
            said = words.told_fault(fault(code, **values))
            assert said != sentence % values
            assert all(value in said for value in values.values())
        named = words.told_fault(fault(FaultCode.MISSING, column="Licence number"))
        assert named == "执业证书编号：未填写。"
        assert refusal_sentence(AllianceRefused(fault(FaultCode.AGES))) == "最小年龄大于最大年龄。"


def test_a_missing_agreement_is_said_in_chinese_with_its_reason() -> None:
    with translation.override("zh-hans"):
        told = [
            refusal_sentence(AgreementMissing(f"The agreement between A-1 and B {what}."))
            for what in (
                "expired on 2026-03-01",
                "begins on 2026-03-01 only",
                "does not cover nuclear",
            )
        ]
    assert told == [
        "A-1 与 B 的协议已于 2026-03-01 到期。",
        "A-1 与 B 的协议自 2026-03-01 起才生效。",
        "A-1 与 B 的协议不包括核医学。",
    ]


@pytest.mark.parametrize(
    ("days", "zh", "en"),
    [
        (None, "", ""),
        (0, "0天", "0 d"),
        (28, "28天", "28 d"),
        (182, "6月", "6 mo"),
        (6574, "18岁", "18 y"),
    ],
)
def test_age_limits_are_said_as_they_are_typed(days: int | None, zh: str, en: str) -> None:
    with translation.override("zh-hans"):
        assert words.limit_words(days) == zh
    with translation.override("en"):
        assert words.limit_words(days) == en
