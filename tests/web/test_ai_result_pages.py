"""Reading beside models in the browser: the own read, the results, the review, the draft."""

from __future__ import annotations

import ai_read_world as models
import archive_world as world
import case_world
import pytest
from django.conf import settings
from django.http import HttpResponse

from tongying.consult.desk import Act, Opinion
from tongying.consult.draft_mark import MARKS, DraftUnconfirmed, marked, marked_lines, unmarked
from tongying.consult.states import Move
from tongying.web.ai.drafting import DraftLine, NothingToConfirm, confirm_draft, put_draft
from tongying.web.ai.models import ReadRow, ReviewRow, StepEvent
from tongying.web.ai.reading import Read, commit_read
from tongying.web.cases import store
from tongying.web.measurements.scoring import NO_NORM_OF_TOOL

pytestmark = pytest.mark.django_db
PAGE = f"/studies/{world.STUDY}/ai/"
STUDY = f"/studies/{world.STUDY}/"


@pytest.fixture(autouse=True)
def alliance(db: None) -> None:
    case_world.build()


def page(login: str, address: str, status: int = 200) -> str:
    answer = world.client(login).get(address)
    assert answer.status_code == status
    return answer.content.decode()


def post(login: str, address: str, data: dict[str, str], **headers: str) -> HttpResponse:
    return world.client(login).post(address, data, headers=headers)


def commit(login: str = "requester", verdict: str = "normal") -> None:
    commit_read(world.viewer(login), world.STUDY, Read(verdict, 20))


def test_who_is_not_signed_in_or_a_stranger_gets_nothing() -> None:
    code = models.run().code
    addresses = (PAGE + "read/", PAGE + "finish/", f"/ai/runs/{code}/review/")
    assert world.client().get(PAGE).status_code == 302
    assert page("stranger", PAGE, 404)
    for address in addresses:
        assert world.client().post(address).status_code == 302
        assert post("stranger", address, {"verdict": "normal"}).status_code == 404
    assert post("requester", "/ai/runs/nothing/review/", {}).status_code == 404
    assert post("requester", "/cases/999/ai/draft/", {}).status_code == 404


def test_before_the_own_read_no_page_tells_a_finding() -> None:
    models.run()
    for address in (PAGE, STUDY):
        told = page("requester", address)
        assert "Nodule finder 1.2.0" in told and "own read" in told.lower()
        for secret in ("5.3 mm", "5.2 mm", "Lung nodule", "motion (grade 2.1)", "p=0.71"):
            assert secret not in told, address
    answer = post("requester", PAGE + "read/", {"verdict": "normal", "confidence": "15"})
    assert answer.status_code == 302 and answer["Location"] == PAGE
    told = page("requester", PAGE)
    assert "Lung nodule" in told and "motion (grade 2.1)" in told
    assert ReadRow.objects.get().confidence == 15


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"confidence": "15"}, "Say whether the study is normal"),
        ({"verdict": "normal", "confidence": "many"}, "a whole number from 0 to 100"),
    ],
)
def test_a_faulty_read_comes_back_with_what_was_typed(typed: dict[str, str], said: str) -> None:
    models.run()
    answer = post("requester", PAGE + "read/", typed | {"text": "未见结节"})
    told = answer.content.decode()
    assert answer.status_code == 422 and said in told and "未见结节" in told
    assert not ReadRow.objects.exists()


def test_the_badge_says_age_evidence_and_what_it_is_not() -> None:
    models.run()
    commit()
    told = page("requester", PAGE)
    for words in (
        "12 y to under 18 y",
        "synthetic evidence",
        "not validated",
        "not registered, research use",
        "sensitivity 0.8 (0.7–0.9), n=40",
        "Trained on phantoms.",
        "on trial",
    ):
        assert words in told, words


def test_one_key_decides_one_item_and_gives_it_back() -> None:
    row = models.run()
    commit()
    address = f"/ai/runs/{row.code}/review/"
    sent = {"item": "finding:1", "decision": "accept"}
    answer = post("requester", address, sent, **{"HX-Request": "true"})
    told = answer.content.decode()
    assert answer.status_code == 200 and "Accepted" in told and told.count("<li ") == 1
    post("requester", address, sent)  # pressed twice it is one word
    assert ReviewRow.objects.count() == 1
    post("requester", address, {"item": "finding:1", "decision": "edit", "diameter_mm": "6,5"})
    post("requester", address, {"item": "flag:motion", "decision": "reject"})
    last = ReviewRow.objects.filter(item="finding:1").order_by("-pk").first()
    assert last is not None and last.edited == {"diameter_mm": 6.5}
    assert "<b>6.5 mm</b>" in page("requester", PAGE)


@pytest.mark.parametrize(
    ("sent", "status", "said"),
    [
        ({"item": "finding:1", "decision": "edit"}, 200, "Say what is to be changed."),
        (
            {"item": "finding:1", "decision": "edit", "diameter_mm": "large"},
            200,
            "Write the value as a number.",
        ),
        (
            {"item": "finding:1", "decision": "edit", "diameter_mm": "900"},
            200,
            "A diameter lies between 0 and 500 mm.",
        ),
        ({"item": "flag:motion", "decision": "edit", "value": "3"}, 200, "Say what is to be"),
        ({"item": "finding:1", "decision": "perhaps"}, 200, "accepted, edited or rejected"),
        ({"item": "finding:9", "decision": "accept"}, 404, ""),
        ({"item": "missed", "decision": "accept"}, 404, ""),
    ],
)
def test_a_decision_that_cannot_be_kept_says_why(
    sent: dict[str, str], status: int, said: str
) -> None:
    row = models.run()
    commit()
    answer = post("requester", f"/ai/runs/{row.code}/review/", sent, **{"HX-Request": "true"})
    assert answer.status_code == status and said in answer.content.decode()
    assert not ReviewRow.objects.exists()


def test_a_finding_that_was_missed_is_added_and_listed() -> None:
    row = models.run()
    commit()
    address = f"/ai/runs/{row.code}/missed/"
    post("requester", address, {"kind": "lung-nodule", "text": "左下叶 3 mm", "side": "L"})
    post("requester", address, {"kind": "", "text": " "})  # says nothing: refused
    assert ReviewRow.objects.filter(item="missed").count() == 1
    assert "左下叶 3 mm" in page("requester", PAGE)


def test_refused_runs_are_results_and_the_empty_page_says_so() -> None:
    assert "No model has looked at this examination" in page("requester", PAGE)
    models.run(
        state="failed", refusal_code="ai.memory-exceeded", refusal="It took too much memory."
    )
    told = page("requester", PAGE)
    assert "It took too much memory." in told and "ai.memory-exceeded" in told
    assert "The model did not finish" in told


def test_a_value_has_no_centile_but_its_own_tools_and_the_spread_is_said() -> None:
    first = models.told("spleen-length", 75.0, "mm", "nodule-finder")
    second = models.told("spleen-length", 82.0, "mm", "another")
    models.run(result={"values": [first]})
    models.run(models.model("another"), result={"values": [second]})
    commit()
    told = page("requester", PAGE)
    assert told.count(NO_NORM_OF_TOOL.sentence) == 2
    assert told.count("Tools differ on this examination: 2 tools: 75–82 mm.") == 2


def write_case() -> int:
    case = case_world.reading()
    commit("reader", "abnormal")
    return case


def test_accepted_results_go_into_the_opinion_marked_and_block_signing_until_confirmed() -> None:
    draft = {"part": "impression", "english": "Nodule, follow up.", "chinese": "结节，随访。"}
    row = models.run(result={**models.RESULT, "texts": [draft]})
    case = write_case()
    post("reader", f"/ai/runs/{row.code}/review/", {"item": "finding:1", "decision": "accept"})
    post("reader", f"/ai/runs/{row.code}/review/", {"item": "flag:motion", "decision": "reject"})
    assert "Draft into the opinion" in page("reader", f"/cases/{case}/")
    post("reader", f"/cases/{case}/ai/draft/", {})
    opinion = store.show(world.viewer("reader"), case).draft
    assert opinion.findings == (
        f"{MARKS['en']} Lung nodule, right, diameter 5.3 mm, image 1. (AI: Nodule finder 1.2.0)"
    )
    assert opinion.answer == f"{MARKS['en']} Nodule, follow up."
    assert "motion" not in opinion.findings
    post("reader", f"/cases/{case}/ai/draft/", {})  # nothing stands there twice
    assert store.show(world.viewer("reader"), case).draft == opinion
    sign = {"answer": opinion.answer, "findings": opinion.findings, "confirm": "1"}
    answer = post("reader", f"/cases/{case}/moves/sign/", sign)
    assert answer.status_code == 422
    assert "not confirmed yet" in answer.content.decode()
    with pytest.raises(DraftUnconfirmed):
        store.act(world.viewer("reader"), case, Act(Move.SIGN, opinion=opinion))
    assert "2 lines drafted by AI" in page("reader", f"/cases/{case}/")
    post("reader", f"/cases/{case}/ai/confirm/", {})
    kept = store.show(world.viewer("reader"), case).draft
    assert marked_lines(kept) == 0 and kept.answer == "Nodule, follow up."
    store.act(world.viewer("reader"), case, Act(Move.SIGN, opinion=kept))
    told = [one.what["what"] for one in StepEvent.objects.filter(kind="reviewed")]
    assert "drafted" in told and "confirmed" in told


def test_nobody_else_drafts_into_an_opinion() -> None:
    models.run()
    case = write_case()
    for login in ("requester", "desk"):
        commit("requester") if login == "requester" else None
        post(login, f"/cases/{case}/ai/draft/", {})
    assert store.show(world.viewer("reader"), case).draft == Opinion()
    with pytest.raises(NothingToConfirm):
        confirm_draft(world.viewer("reader"), case)


def test_a_line_that_was_confirmed_is_not_drafted_again() -> None:
    case = write_case()
    viewer = world.viewer("reader")
    lines = [DraftLine("findings", "脾脏 75 mm。", "R"), DraftLine("advice", "三月后复查。", "R")]
    assert put_draft(viewer, case, lines, "zh") == 2
    confirm_draft(viewer, case)
    more = [*lines, DraftLine("findings", "肝脏正常。", "R")]
    assert put_draft(viewer, case, more, "zh") == 1


@pytest.mark.parametrize(
    "text",
    [
        marked("Spleen 75 mm.", "en"),
        marked("脾脏 75 mm。", "zh"),
        "【AI草稿】脾脏 75 mm。",
        "[ai draft] Spleen.",
        "A line.\n〔AI 草稿，待核对〕另一行。",
    ],
)
def test_every_way_a_mark_is_written_blocks(text: str) -> None:
    assert marked_lines(Opinion("a", text)) == 1
    assert marked_lines(Opinion("a", unmarked(text))) == 0


@pytest.mark.parametrize("text", ["AI draft", "[AIDS]", "草稿", "[A draft]", "（AI 检出）"])
def test_other_words_are_no_mark(text: str) -> None:
    assert marked_lines(Opinion(text)) == 0 and unmarked(text) == text


def test_finishing_says_how_many_and_the_chinese_page_is_chinese() -> None:
    row = models.run()
    commit()
    post("requester", f"/ai/runs/{row.code}/review/", {"item": "finding:1", "decision": "accept"})
    answer = world.client("requester").post(
        PAGE + "finish/", {"verdict": "abnormal", "confidence": "70"}, follow=True
    )
    assert "1 decision is in the study as a DICOM report" in answer.content.decode()
    browser = world.client("requester")
    browser.cookies[settings.LANGUAGE_COOKIE_NAME] = "zh-hans"
    told = browser.get(PAGE).content.decode()
    for words in (
        "结节检出 1.2.0",
        "肺结节",
        "12 岁至不满 18 岁",
        "人工合成证据",
        "未经验证",
        "接受",
    ):
        assert words in told, words
