"""The pages of referrals: sending in a minute, the receiving side, the slip, the public page."""

from __future__ import annotations

import io
from datetime import timedelta

import archive_world as world
import pytest
import referral_world as refer
from django.core.cache import cache
from django.utils import timezone
from pypdf import PdfReader

from tongying.consult.document import Language
from tongying.consult.outcome import Agreement, Comparison, OutcomeKind, Truth
from tongying.consult.referral import ReferralMove, ReferralState, Side
from tongying.consult.referral_order import AirwayRisk, Attachment, Needs, Transport
from tongying.web import now as clock
from tongying.web.documents import slip_words
from tongying.web.documents.slip import PAPERS
from tongying.web.pages import referral_words as words
from tongying.web.pages.referrals import PER_MINUTE
from tongying.web.referrals import comparing
from tongying.web.referrals.models import OutcomeRow, ReferralRow

pytestmark = pytest.mark.django_db

FORM = {
    "receiving": "CITY",
    "reason": "右颈部肿物压迫气道",
    "urgency": "urgent",
    "needs": "theatre",
    "transport": "escorted",
    "airway_risk": "present",
    "risk_note": "平卧时喘鸣",
    "attachments": ["opinion", "images", "key-images"],
}
NAME = "小明"


@pytest.fixture
def case_id() -> int:
    cache.clear()
    return refer.build()


def text_of(response: object) -> str:
    return response.content.decode()  # type: ignore[attr-defined]


def test_the_form_is_filled_in_from_the_opinion_but_never_the_risk(case_id: int) -> None:
    page = text_of(world.client("requester").get(f"/cases/{case_id}/referrals/new/"))
    assert "侧脑室大小正常。" in page and "三个月后复查头围。" in page
    assert '<option value="EXPERTS" selected>' in page
    assert 'value="COUNTY"' not in page
    assert 'name="urgency" value="urgent" checked' in page
    assert page.count('name="attachments"') == page.count('name="attachments" value=') == 3
    for name in ("needs", "transport", "airway_risk"):
        fields = page.split(f'name="{name}"')[1:]
        assert len(fields) == 3
        assert not any("checked" in one.partition(">")[0] for one in fields)


def test_sending_needs_everything_said_and_keeps_what_was_typed(case_id: int) -> None:
    client = world.client("requester")
    address = f"/cases/{case_id}/referrals/new/"
    for name in ("receiving", "reason", "urgency", "needs", "transport", "airway_risk"):
        got = client.post(address, {key: one for key, one in FORM.items() if key != name})
        assert got.status_code == 422, name
        assert f'href="#o-{name}"' in text_of(got)
        if name != "reason":
            assert FORM["reason"] in text_of(got)
    assert not ReferralRow.objects.exists()
    sent = client.post(address, FORM)
    number = ReferralRow.objects.get().pk
    assert sent.headers["Location"] == f"/referrals/{number}/"
    again = client.post(address, FORM)
    assert again.status_code == 422
    assert ReferralRow.objects.count() == 1


def test_the_whole_way_on_the_pages(case_id: int) -> None:
    county, city, signer = (world.client(one) for one in ("requester", "city-desk", "reader"))
    county.post(f"/cases/{case_id}/referrals/new/", FORM)
    number = ReferralRow.objects.get().pk
    home = f"/referrals/{number}/"
    page = text_of(city.get(home))
    assert "平卧时喘鸣" in page and "/viewer/" in page and NAME in page
    assert text_of(city.get("/referrals/")).count(f'href="{home}"') == 1
    at = timezone.localtime(clock.now() + timedelta(days=1))
    doctor = world.viewer("city-doctor").user
    booked = {"at": f"{at:%Y-%m-%dT%H:%M}", "place": "6 层外科", "doctor": str(doctor)}
    missing = city.post(f"{home}moves/accept/", booked | {"place": ""})
    assert missing.status_code == 422
    assert "Say where the child is to come." in text_of(missing)
    assert booked["at"] in text_of(missing)
    assert city.post(f"{home}moves/accept/", booked).status_code == 302
    row = refer.row(number)
    assert row.appointment_at == at.replace(second=0, microsecond=0)
    assert city.post(f"{home}moves/arrive/", {"revision": "0"}).status_code == 409  # stale
    assert city.post(f"{home}moves/arrive/").status_code == 302
    assert city.post(f"{home}moves/close/").status_code == 409  # nothing is known yet
    today = timezone.localdate(clock.now()).isoformat()
    result = {"kind": "pathology", "happened_on": today, "text": "淋巴管瘤"}
    assert city.post(f"{home}outcomes/", result | {"text": ""}).status_code == 422
    assert city.post(f"{home}outcomes/", result).status_code == 302
    case = text_of(county.get(f"/cases/{case_id}/"))
    assert "淋巴管瘤" in case and "2 new" in case
    assert county.post(f"{home}seen/").status_code == 302
    assert "2 new" not in text_of(county.get(f"/cases/{case_id}/"))
    assert OutcomeRow.objects.get(kind="pathology").seen_by.login == "requester"
    verdict = {"agreement": "major", "management_changed": "yes", "note": ""}
    assert signer.post(f"{home}comparison/", verdict).status_code == 422
    assert signer.post(f"{home}comparison/", verdict | {"note": "性质不同"}).status_code == 302
    assert signer.post(f"{home}teaching/").status_code == 302
    quality = text_of(world.client("desk").get("/quality/"))
    assert "性质不同" in quality and "100 % (21–100)" in quality
    assert NAME not in quality


def test_who_may_not_is_told_or_sees_nothing(case_id: int) -> None:
    number = refer.sent(case_id)
    home = f"/referrals/{number}/"
    assert world.client().get(home).status_code == 302
    for login in ("stranger", "othercoord", "city-doctor", "city-other"):
        assert world.client(login).get(home).status_code == 404
        assert world.client(login).get(f"{home}slip/").status_code == 404
        assert world.client(login).post(f"{home}moves/accept/").status_code == 404
    assert world.client("technologist").get(home).status_code == 200
    assert world.client("technologist").post(f"{home}moves/withdraw/").status_code == 403
    assert world.client("city-desk").get("/referrals/999999/").status_code == 404
    assert world.client("city-desk").post(f"{home}moves/send/").status_code == 404
    assert world.client("requester").get("/referrals/?list=all").status_code == 404
    assert world.client("reader").get("/quality/").status_code == 403


def test_the_chase_list_counts_days(case_id: int, monkeypatch: pytest.MonkeyPatch) -> None:
    number = refer.arrived(case_id)
    refer.stop_clock(monkeypatch, refer.row(number).sent_at + timedelta(days=33, hours=1))
    page = text_of(world.client("requester").get("/referrals/?list=chase"))
    assert "33 days" in page and f"/referrals/{number}/" in page
    assert "Sent 33 days ago" in text_of(world.client("requester").get(f"/referrals/{number}/"))


@pytest.mark.parametrize("paper", PAPERS)
@pytest.mark.parametrize("language", Language)
def test_the_slip_is_one_page_with_name_time_place_and_no_diagnosis(
    case_id: int, paper: str, language: Language
) -> None:
    number = refer.accepted(case_id)
    address = f"/referrals/{number}/slip/?paper={paper}&language={language.value}"
    got = world.client("requester").get(address)
    assert got.headers["Content-Type"] == "application/pdf"
    (page,) = PdfReader(io.BytesIO(got.content)).pages
    width = {"A4": 595, "A5": 420}[paper]
    assert abs(float(page.mediabox.width) - width) < 1
    text = "".join(page.extract_text().split())
    row = refer.row(number)
    assert row.appointment_at is not None
    for wanted in (
        "王小明",
        "市儿童医院",
        "住院楼6层小儿外科",
        f"{timezone.localtime(row.appointment_at):%H:%M}",
        row.code[:5],
        "仅供研究使用" if language is Language.ZH_HANS else "Researchuseonly",
    ):
        assert wanted in text, wanted
    for never in ("肿物", "手术", "脑", "P-77", "喘鸣"):
        assert never not in text


def test_the_slip_before_an_answer_names_no_time(case_id: int) -> None:
    number = refer.sent(case_id)
    got = world.client("requester").get(f"/referrals/{number}/slip/")
    text = "".join(PdfReader(io.BytesIO(got.content)).pages[0].extract_text().split())
    assert "医院还没有定时间" in text
    assert world.client("requester").get(f"/referrals/{number}/slip/?paper=A3").status_code == 404


def test_the_slip_speaks_in_short_sentences() -> None:
    """Plain Chinese: no sentence of the slip is longer than 26 signs."""
    tables = [
        *slip_words.SLIP_LABELS[Language.ZH_HANS].values(),
        *(said[Language.ZH_HANS] for said in slip_words.NEEDS_SAID.values()),
        *(said[Language.ZH_HANS] for said in slip_words.TRANSPORT_SAID.values()),
        *slip_words.BRING[Language.ZH_HANS],
        *slip_words.ON_THE_WAY[Language.ZH_HANS],
    ]
    sentences = [one for text in tables for one in text.split("。")]
    assert max(map(len, sentences)) <= 26
    assert set(slip_words.NEEDS_SAID) == set(Needs)
    assert set(slip_words.TRANSPORT_SAID) == set(Transport)
    zh, en = (slip_words.SLIP_LABELS[one] for one in (Language.ZH_HANS, Language.EN))
    assert set(zh) == set(en)


def test_the_public_page_says_when_and_where_and_names_nobody(case_id: int) -> None:
    number = refer.accepted(case_id)
    row = refer.row(number)
    got = world.client().get(f"/r/{row.code}/")
    page = text_of(got)
    assert got.status_code == 200
    assert (
        "市儿童医院" in page
        and "住院楼 6 层小儿外科" in page
        and "The hospital expects you." in page
    )
    assert row.appointment_at is not None
    assert f"{timezone.localtime(row.appointment_at):%Y-%m-%d %H:%M}" in page
    for never in (NAME, "XiaoMing", "P-77", "肿物", "脑", "city-doctor", "requester"):
        assert never not in page
    assert got.headers["Cache-Control"] == "no-store"
    refer.do("requester", number, ReferralMove.WITHDRAW, "不去了")
    after = text_of(world.client().get(f"/r/{row.code}/"))
    assert "cancelled" in after and "住院楼" not in after and "不去了" not in after


def test_codes_cannot_be_tried_out(case_id: int) -> None:
    assert world.client().get("/r/ABC/").status_code == 404
    statuses = [world.client().get(f"/r/{one:026}/").status_code for one in range(PER_MINUTE)]
    assert statuses == [404] * (PER_MINUTE - 1) + [429]


def test_every_term_has_a_word() -> None:
    assert set(words.REFERRAL_STATE_WORDS) == set(ReferralState)
    assert set(words.PARENTS_STATE_WORDS) == set(ReferralState)
    assert set(words.REFERRAL_MOVE_WORDS) == set(ReferralMove)
    assert set(words.SIDE_WORDS) == set(Side) - {Side.NOBODY}
    assert set(words.NEEDS_WORDS) == set(Needs)
    assert set(words.TRANSPORT_WORDS) == set(Transport)
    assert set(words.RISK_WORDS) == set(AirwayRisk)
    assert set(words.ATTACHMENT_WORDS) == set(Attachment)
    assert set(words.OUTCOME_WORDS) == set(OutcomeKind)
    assert set(words.TRUTH_WORDS) == set(Truth)
    assert set(words.AGREEMENT_WORDS) == set(Agreement)
    assert {move.value for move in ReferralMove} < set(words.REFERRAL_EVENT_WORDS)


def test_a_compared_case_without_evidence_says_so(case_id: int) -> None:
    number = refer.arrived(case_id)
    refer.record(number, OutcomeKind.NONE, "失访")
    comparing.compare(
        world.viewer("reader"), number, Comparison(Agreement.CANNOT_COMPARE, None, "")
    )
    page = text_of(world.client("requester").get(f"/referrals/{number}/"))
    assert "Cannot be compared" in page and "no evidence" in page
