"""A vendor sees figures of its own models over all hospitals: no child, no small group."""

from __future__ import annotations

import ai_read_world as models
import archive_world as world
import evidence_world as evidence
import pytest
from evidence_world import FIVE, Made

from tongying.web import now as clock
from tongying.web.ai.models import ModelRow, ReviewRow, RunRow, StandingRow
from tongying.web.evidence import products, vendors
from tongying.web.evidence.models import VendorMember, VendorRow

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def alliance(db: None) -> None:
    world.build()
    vendor = VendorRow.objects.create(code="ACME", name="Example", created_at=clock.now())
    VendorRow.objects.create(code="OTHER", name="Another", created_at=clock.now())
    VendorMember.objects.create(member_id=world.viewer("vendor").user, vendor=vendor)


def only() -> vendors.VendorModel:
    [found] = vendors.page_of(world.viewer("vendor")).models
    return found


def ages(model: vendors.VendorModel) -> dict[str, int | None]:
    return {band: cell.count for band, cell in model.by_age}


def test_a_vendor_without_models() -> None:
    assert "None of your models is installed here yet" in evidence.page("vendor", "/vendor/")


def test_the_page_is_for_vendors_only() -> None:
    for login in ("requester", "expert", "admin", "researcher"):
        evidence.page(login, "/vendor/", 403)
    VendorMember.objects.all().delete()
    evidence.page("vendor", "/vendor/", 403)  # speaks for nobody


def test_only_its_own_models_and_products() -> None:
    models.model()
    models.model("other-finder")
    ModelRow.objects.filter(card_id="other-finder").update(vendor="OTHER")
    models.model("shipped")
    ModelRow.objects.filter(card_id="shipped").update(bundled=True)
    keeper = world.viewer("admin")
    products.add_product(keeper, products.ProductDraft("结节检出", "ACME", "detection"))
    products.add_product(keeper, products.ProductDraft("别家产品", "OTHER", "detection"))
    shown = evidence.page("vendor", "/vendor/")
    assert "nodule-finder" in shown
    assert "结节检出" in shown
    for hidden in ("other-finder", "shipped", "别家产品"):
        assert hidden not in shown


def test_ten_are_told_and_nine_are_not() -> None:
    evidence.ran([Made()] * 10 + [Made(state="refused")] * 9 + [Made(state="failed")] * 10)
    found = only()
    assert (found.done.count, found.refused.count, found.failed.count) == (10, None, 10)
    assert found.refusals == (("ai.out-of-scope", 19),)
    shown = evidence.page("vendor", "/vendor/")
    assert "fewer than 10" in shown


def test_hospitals_are_pooled_and_none_is_named() -> None:
    model = models.model()
    evidence.ran([Made()] * 6)
    evidence.ran([Made()] * 6, hospital=world.OTHER)
    for hospital in (world.COUNTY, world.OTHER):
        StandingRow.objects.create(
            model=model, hospital_id=hospital, standing="shadow", at=clock.now(), reason="x"
        )
    found = only()
    assert found.done.count == 12
    assert found.standings == (("shadow", 2),)
    shown = evidence.page("vendor", "/vendor/")
    assert "OTHER 医院" not in shown
    assert not any(row.code in shown for row in RunRow.objects.all())


def test_a_small_age_band_cannot_be_reckoned_from_the_others() -> None:
    """3 of 5 years beside 12 of 14 years: 15 - 12 would tell the 3, so the 12 are not told."""
    evidence.ran([Made()] * 12 + [Made(born=FIVE)] * 3)
    found = only()
    assert found.done.count == 15
    assert set(ages(found).values()) == {None}


def test_small_bands_that_hide_each_other_leave_the_large_one_told() -> None:
    unknown = [Made(born=None)] * 8
    evidence.ran([Made()] * 12 + [Made(born=FIVE)] * 3 + unknown)
    assert ages(only()) == {"<2": None, "2-5": None, "6-11": None, "12-17": 12, "18+": None}


def test_bands_that_are_all_large_or_empty_are_told() -> None:
    evidence.ran([Made()] * 12 + [Made(born=FIVE)] * 10)
    found = ages(only())
    assert (found["12-17"], found["2-5"], found["<2"]) == (12, 10, None)


def test_reviews_are_told_where_they_are_enough() -> None:
    runs = evidence.ran([Made(called=True)] * 12)
    by = world.viewer("expert").user

    def review(decision: str, run: RunRow) -> None:
        ReviewRow.objects.create(
            run=run, item="finding:1", decision=decision, by_id=by, at=clock.now()
        )

    for run in runs[:9]:
        review("accept", run)
    assert only().accepted.count is None
    review("accept", runs[9])
    review("reject", runs[10])
    found = only()
    assert (found.accepted.count, found.edited.count, found.rejected.count) == (10, None, None)
