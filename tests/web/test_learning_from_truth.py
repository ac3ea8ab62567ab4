"""What turned out to be so, and failures, said on the page of a study's results."""

from __future__ import annotations

from pathlib import Path

import ai_read_world as models
import archive_world as world
import pytest

from tongying.web import now as clock
from tongying.web.ai.reading import Read, commit_read
from tongying.web.evidence.figures import evidence_for, reading_effect
from tongying.web.evidence.models import FailureRow, TruthRow, VendorMember, VendorRow
from tongying.web.evidence.vendors import page_of

pytestmark = pytest.mark.django_db
PAGE = f"/studies/{world.STUDY}/ai/"
TRUTH = f"{PAGE}truth/"


@pytest.fixture(autouse=True)
def made(data_dir: Path) -> None:
    world.build()
    world.send("technologist", world.instance())
    models.run(result=models.RESULT)


def commit(login: str, verdict: str = "normal") -> None:
    commit_read(world.viewer(login), world.STUDY, Read(verdict, None, ""))


def test_a_reader_sees_no_truth_before_the_own_read() -> None:
    told = {"kind": "lung-nodule", "present": "yes", "level": "surgery"}
    world.client("researcher").post(TRUTH, told)
    browser = world.client("expert")
    assert "turned out to be so" not in browser.get(PAGE).content.decode()
    commit("expert")
    page = browser.get(PAGE).content.decode()
    assert "turned out to be so" in page and "was there" in page


def test_truth_reaches_the_figures_and_the_last_word_counts() -> None:
    commit("expert")
    browser = world.client("expert")
    model = models.model()
    assert evidence_for(model, world.COUNTY).figures == {}
    for present in ("no", "yes", "yes"):
        told = {"kind": "lung-nodule", "present": present, "level": "pathology"}
        assert browser.post(TRUTH, told).status_code == 302
    assert list(TruthRow.objects.values_list("present", flat=True)) == [False, True]
    overall = evidence_for(model, world.COUNTY).figures["lung-nodule"]["overall"]
    assert (overall["n"], overall["diseased"], overall["counts"]["tp"]) == (1, 1, 1)


@pytest.mark.parametrize(
    "told",
    [
        {"kind": "lung-nodule", "present": "perhaps", "level": "surgery"},
        {"kind": "no-such", "present": "yes", "level": "surgery"},
        {"kind": "lung-nodule", "present": "yes", "level": "made"},
    ],
)
def test_a_truth_that_cannot_be_is_refused_and_nothing_kept(told: dict[str, str]) -> None:
    commit("expert")
    browser = world.client("expert")
    page = browser.post(TRUTH, told, follow=True).content.decode()
    assert "Noted" not in page
    assert not TruthRow.objects.exists()


def test_a_failure_is_noted_after_the_own_read_only() -> None:
    run = models.run(result=models.RESULT)
    told = {"item": "finding:1", "kind": "false-positive", "lesson": "A vessel, cut across."}
    browser = world.client("expert")
    browser.post(f"/ai/runs/{run.code}/failure/", told)
    assert not FailureRow.objects.exists()
    commit("expert")
    browser.post(f"/ai/runs/{run.code}/failure/", told)
    row = FailureRow.objects.get()
    assert (row.item, row.kind, row.lesson) == ("finding:1", "false-positive", told["lesson"])
    assert "A vessel, cut across." in browser.get("/ai/failures/").content.decode()


def test_what_showing_a_model_did_to_its_readers_is_counted() -> None:
    from tongying.web.ai.review_report import finish_review

    commit("expert", "normal")
    finish_review(world.viewer("expert"), world.STUDY, Read("abnormal", None, ""), case=None)
    model = models.model()
    assert reading_effect(model, world.COUNTY).unknown == 1
    told = {"kind": "lung-nodule", "present": "yes", "level": "pathology"}
    world.client("expert").post(TRUTH, told)
    effect = reading_effect(model, world.COUNTY)
    assert (effect.wrong_right, effect.known, effect.unknown) == (1, 1, 0)
    page = world.client("expert").get(f"/ai/models/{model.card_id}/").content.decode()
    assert "What it did to readers" in page


def test_an_administrator_says_for_whom_a_vendors_account_speaks() -> None:
    VendorRow.objects.create(code="ACME", name="Acme", created_at=clock.now())
    told = {"login": "vendor", "vendor": "ACME"}
    assert world.client("expert").post("/products/speakers/", told).status_code == 403
    admin = world.client("admin")
    admin.post("/products/speakers/", {"login": "expert", "vendor": "ACME"})
    assert not VendorMember.objects.exists()
    admin.post("/products/speakers/", told)
    assert page_of(world.viewer("vendor")).vendor == "Acme"
    assert "Acme" in admin.get("/products/").content.decode()
