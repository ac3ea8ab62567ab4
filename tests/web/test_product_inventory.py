"""The inventory of products: which step, which disease, at hospitals of which level."""

from __future__ import annotations

import ai_read_world as models
import archive_world as world
import evidence_world as evidence
import pytest

from tongying.consult.people import Role
from tongying.web.evidence import products
from tongying.web.evidence.models import ProductRow, ProductUse, VendorRow
from tongying.web.people.models import Hospital

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def alliance(db: None) -> None:
    world.build()
    Hospital.objects.filter(code=world.COUNTY).update(tier="county")
    Hospital.objects.filter(code=world.OTHER).update(tier="county")


def keeper(login: str = "coordinator") -> object:
    return world.viewer(login)


def entered(name: str = "骨龄评估", **changes: str) -> str:
    if not VendorRow.objects.exists():
        products.add_vendor(keeper(), products.VendorDraft("acme", "Acme 公司", "50–499"))
    given = {"vendor": "ACME", "step": "measurement", "disease": "矮小症", **changes}
    return products.add_product(keeper(), products.ProductDraft(name, **given))


def test_the_empty_inventory_has_every_step_as_a_gap() -> None:
    shown = evidence.page("requester", "/products/")
    assert "No product is entered here" in shown
    gaps = products.gaps(products.inventory(world.viewer("requester")))
    assert len(gaps) == 10
    assert {(one.products, one.for_children, one.hospitals) for one in gaps} == {(0, 0, ())}


def test_products_by_step_disease_and_level() -> None:
    bone = entered(registration="国械注准 1", registration_class="III", paediatric="yes")
    lungs = entered("肺结节", step="detection", disease="肺结节", paediatric="no")
    for login in ("coordinator", "othercoord"):
        products.set_use(keeper(login), bone, used=True)
    products.set_use(keeper(), lungs, used=True)
    products.set_use(keeper(), lungs, used=True)  # said twice, used once
    assert ProductUse.objects.count() == 3
    listed = products.inventory(world.viewer("requester"))
    assert [one.name for one in listed] == ["肺结节", "骨龄评估"]  # in the order of the steps
    assert [one.at("county") for one in listed] == [1, 2]
    found = {one.step: one for one in products.gaps(listed)}
    assert (found["measurement"].products, found["measurement"].for_children) == (1, 1)
    assert found["measurement"].hospitals == (("county", 2),)
    assert (found["detection"].products, found["detection"].for_children) == (1, 0)
    by_disease = products.inventory(world.viewer("requester"), disease="矮小")
    assert [one.code for one in by_disease] == [bone]
    shown = evidence.page("requester", "/products/?step=detection")
    assert "肺结节" in shown
    assert "骨龄评估" not in shown


def test_use_that_ends_is_no_use() -> None:
    code = entered()
    products.set_use(keeper(), code, used=True)
    assert products.inventory(world.viewer("requester"))[0].used_here
    products.set_use(keeper(), code, used=False)
    one = products.inventory(world.viewer("requester"))[0]
    assert (one.hospitals, one.used_here) == (0, False)
    assert ProductUse.objects.get().until is not None


@pytest.mark.parametrize(
    "changes",
    [
        {"vendor": "NOBODY"},
        {"step": "surgery"},
        {"paediatric": "perhaps"},
        {"registration_class": "IV"},
        {"registration_class": "III"},
        {"card_id": "../no such model"},
    ],
)
def test_what_a_product_must_say(changes: dict[str, str]) -> None:
    with pytest.raises(products.ProductRefused):
        entered(**changes)
    assert not ProductRow.objects.exists()


def test_a_product_leads_to_the_model_that_runs_here() -> None:
    models.model()
    entered(card_id="nodule-finder")
    assert "/ai/models/nodule-finder/" in evidence.page("requester", "/products/")


def test_a_vendors_code_is_its_own() -> None:
    entered()
    with pytest.raises(products.VendorTaken):
        products.add_vendor(keeper(), products.VendorDraft("ACME", "Again"))
    for code in ("a", "with space", "x" * 33):
        with pytest.raises(products.ProductRefused):
            products.add_vendor(keeper(), products.VendorDraft(code, "x"))
    with pytest.raises(products.ProductRefused):
        products.add_vendor(keeper(), products.VendorDraft("OK", " "))


def test_who_keeps_the_inventory() -> None:
    code = entered()
    for login in ("requester", "expert", "trainee", "technologist", "vendor"):
        viewer = world.viewer(login)
        assert not products.may_keep(viewer)
        with pytest.raises(products.InventoryNotYours):
            products.set_use(viewer, code, used=True)
        with pytest.raises(products.InventoryNotYours):
            products.add_vendor(viewer, products.VendorDraft("NEW", "x"))
        with pytest.raises(products.InventoryNotYours):
            products.add_product(viewer, products.ProductDraft("x", "ACME", "detection"))
    assert products.inventory(world.viewer("vendor")) == ()
    assert {role for role in Role if role in products.KEEPING_ROLES} == {
        Role.ADMIN,
        Role.COORDINATOR,
        Role.RESEARCHER,
    }


def test_entries_by_form() -> None:
    where = "/products/"
    evidence.page("admin", where, 302, what="vendor", code="acme", name="Acme")
    shown = evidence.page("admin", where, 409, what="vendor", code="acme", name="Acme")
    assert "A vendor has this code already." in shown
    form = {"what": "product", "vendor": "ACME", "step": "triage"}
    shown = evidence.page("admin", where, 422, **form, name=" ")
    assert "A product has a name." in shown
    evidence.page("admin", where, 302, **form, name="脑出血分诊")
    code = ProductRow.objects.get().code
    evidence.page("admin", f"/products/{code}/use/", 302, used="1")
    assert "We stopped using it" in evidence.page("admin", where)
    assert "used here" in evidence.page("requester", where)
    evidence.page("requester", f"/products/{code}/use/", 403, used="1")
    evidence.page("admin", "/products/none/use/", 404, used="1")
