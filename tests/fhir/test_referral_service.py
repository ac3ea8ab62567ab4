"""What came after an opinion, over the wire: who finds it, and by which parameters."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from fhir_referrals import RECEIVER, SURGEON

from alliance import Alliance
from tongying.web.referrals.models import ReferralRow
from tongying.web.trail.models import AuditRow


def get(world: Alliance, login: str, path: str) -> Any:
    return Client().get(f"/fhir/{path}", headers=world.bearer(login))


def found(world: Alliance, login: str, path: str) -> list[str]:
    response = get(world, login, path)
    assert response.status_code == 200, response.content
    return [entry["resource"]["id"] for entry in response.json().get("entry", [])]


SEARCHES = (
    ("ServiceRequest", "based-on={case}", ["r", "d"]),
    ("ServiceRequest", "based-on=ServiceRequest/{case}&status=active", ["r"]),
    ("ServiceRequest", "category=3457005", ["r", "d"]),
    ("ServiceRequest", "category=http://snomed.info/sct|3457005&status=revoked", ["d"]),
    ("ServiceRequest", "patient={child}", ["case", "r", "d"]),
    ("ServiceRequest", "patient={panel_child}", ["panel_case"]),
    ("ServiceRequest", "identifier={number}-R{referral}", ["r"]),
    ("ServiceRequest", "identifier=urn:x-tongying:referral-number|{number}-R{referral}", ["r"]),
    ("ServiceRequest", "identifier=urn:x-tongying:case-number|{number}-R{referral}", []),
    ("ServiceRequest", "identifier=TY-2020-000001-R{referral}", []),
    ("ServiceRequest", "occurrence=2026-03-10", ["r"]),
    ("ServiceRequest", "occurrence=2026-03-23", ["panel_case"]),
    ("ServiceRequest", "authored=2026-03-04", ["r", "d"]),
    ("ServiceRequest", "_id=referral-{referral}", ["r"]),
    ("ServiceRequest", "_id=referral-{referral},{case}", ["r", "case"]),
    ("ServiceRequest", "_lastUpdated=2026-03-10", ["r"]),
    ("Task", "business-status=arrived", ["r"]),
    ("Task", "business-status=urn:x-tongying:referral-state|declined", ["d"]),
    ("Task", "status=rejected", ["d"]),
    ("Task", "focus=ServiceRequest/referral-{referral}", ["r"]),
    ("Task", "based-on=referral-{referral}", ["r"]),
    ("Task", "focus={case}", ["case"]),
    ("Task", "modified=2026-03-05", ["d"]),
    ("Appointment", "patient={child}", ["r"]),
    ("Appointment", "patient={panel_child}", ["p"]),
    ("Appointment", "status=fulfilled", ["r"]),
    ("Appointment", "status=booked", ["p"]),
    ("Appointment", "date=2026-03-10", ["r"]),
    ("Appointment", "date=gt2026-03-15", ["p"]),
    ("Appointment", "based-on=referral-{referral}", ["r"]),
    ("Appointment", "based-on=ServiceRequest/{panel_case}", ["p"]),
    ("Appointment", "identifier={number}-R{referral}", ["r"]),
    ("Appointment", "_id=panel-{panel_case}", ["p"]),
    ("Procedure", "patient={child}", ["op"]),
    ("Procedure", "date=2026-03-10", ["op"]),
    ("Procedure", "date=2026-03-11", []),
    ("Procedure", "status=completed", ["op"]),
    ("Procedure", "status=not-done", []),
    ("Procedure", "based-on=referral-{referral}", ["op"]),
    ("Procedure", "based-on=referral-{declined}", []),
    ("Communication", "category=alert", ["c", "u"]),
    ("Communication", "category=notification", ["o1", "o2", "o3"]),
    ("Communication", "category=alert&status=in-progress", ["u"]),
    ("Communication", "status=completed", ["c", "o2"]),
    ("Communication", "based-on=ServiceRequest/{case}", ["c", "u"]),
    ("Communication", "based-on=referral-{referral}", ["o1", "o2", "o3"]),
    ("Communication", "sent=2026-03-03", ["c", "u"]),
    ("Communication", "received=2026-03-12", ["o2"]),
    ("Communication", "patient={bare_child}", []),
    ("Organization", "partof=CHILD", ["PROV"]),
    ("Organization", "partof=Organization/PROV", []),
    ("Organization", "type=regional", ["PROV"]),
    ("Organization", "type=urn:x-tongying:sub-alliance|nuclear", ["PROV"]),
    ("Organization", "type=nucl", []),
    ("PractitionerRole", "specialty=surgery", ["surgeon"]),
    ("PractitionerRole", "specialty=urn:x-tongying:specialty|abdomen", ["surgeon"]),
    ("PractitionerRole", "specialty=surg", []),
    ("PractitionerRole", "active=false", []),
)


@pytest.mark.parametrize("kind", sorted({kind for kind, _, _ in SEARCHES}))
def test_searches(world: Alliance, kind: str) -> None:
    ids = {
        "r": f"referral-{world.referral}",
        "d": f"referral-{world.declined}",
        "p": f"panel-{world.panel_case}",
        "case": str(world.case),
        "panel_case": str(world.panel_case),
        "op": str(world.outcomes["procedure"]),
        "c": f"critical-{world.criticals['critical']}",
        "u": f"critical-{world.criticals['unread']}",
        "o1": f"outcome-{world.outcomes['arrival']}",
        "o2": f"outcome-{world.outcomes['procedure']}",
        "o3": f"outcome-{world.outcomes['pathology']}",
        "surgeon": str(world.members[SURGEON]),
        "PROV": "PROV",
    }
    wrong = []
    for query, names in [line[1:] for line in SEARCHES if line[0] == kind]:
        got = set(found(world, "zhang", f"{kind}?{query.format(**vars(world))}"))
        wanted = {ids[name] for name in names}
        if got != wanted:
            wrong.append((query, got, wanted))
    assert wrong == []


def test_two_sources_make_one_list(world: Alliance) -> None:
    """Pages and orders run over cases and referrals as if they were one table."""
    for sort in ("", "&_sort=authored", "&_sort=-authored", "&_sort=occurrence", "&_sort=-_id"):
        whole = found(world, "zhang", f"ServiceRequest?{sort}")
        assert len(whole) == len(set(whole)) == 5
        pages: list[str] = []
        for offset in range(6):
            one = f"ServiceRequest?_count=1&_offset={offset}{sort}"
            bundle = get(world, "zhang", one).json()
            assert bundle["total"] == 5
            pages += [entry["resource"]["id"] for entry in bundle.get("entry", [])]
        assert pages == whole, sort
    times = {
        entry["resource"]["id"]: entry["resource"]["authoredOn"]
        for entry in get(world, "zhang", "ServiceRequest").json()["entry"]
    }
    for sort, backwards in (("authored", False), ("-authored", True)):
        ordered = [times[one] for one in found(world, "zhang", f"ServiceRequest?_sort={sort}")]
        assert ordered == sorted(ordered, reverse=backwards)
    first = found(world, "zhang", "ServiceRequest?_sort=occurrence")[:2]
    assert first == [f"referral-{world.referral}", str(world.panel_case)]
    counted = get(world, "zhang", "Task?_count=0").json()
    assert (counted["total"], "entry" in counted) == (5, False)


def test_the_receiving_hospital_sees_its_own_referral_only(world: Alliance) -> None:
    """The declined one went to the same hospital: it is no longer theirs to see."""
    own = f"referral-{world.referral}"
    for login in (SURGEON, RECEIVER):
        for kind in ("ServiceRequest", "Task", "Appointment"):
            assert get(world, login, f"{kind}/{own}").status_code == 200, (login, kind)
            assert get(world, login, f"{kind}/referral-{world.declined}").status_code == 404
        assert found(world, login, "Procedure") == [str(world.outcomes["procedure"])]
        assert found(world, login, "Task?status=rejected") == []
    ReferralRow.objects.filter(pk=world.referral).update(state="withdrawn")
    for kind in ("ServiceRequest", "Task", "Appointment"):
        assert get(world, RECEIVER, f"{kind}/{own}").status_code == 404
    assert found(world, RECEIVER, "Procedure") == []
    assert found(world, RECEIVER, "Communication") == []


@pytest.mark.parametrize("login", ["wang", "stranger"])
def test_a_stranger_finds_nothing(world: Alliance, login: str) -> None:
    for kind, id_ in (
        ("ServiceRequest", f"referral-{world.referral}"),
        ("Task", f"referral-{world.referral}"),
        ("Appointment", f"referral-{world.referral}"),
        ("Appointment", f"panel-{world.panel_case}"),
        ("Procedure", str(world.outcomes["procedure"])),
        ("Communication", f"critical-{world.criticals['critical']}"),
        ("Communication", f"outcome-{world.outcomes['pathology']}"),
        ("Practitioner", str(world.members[SURGEON])),
    ):
        assert get(world, login, f"{kind}/{id_}").status_code == 404, (kind, id_)
        assert id_ not in found(world, login, kind)


def test_the_parents_code_is_not_given_out(world: Alliance) -> None:
    code = ReferralRow.objects.get(pk=world.referral).code
    for kind in ("ServiceRequest", "Task", "Appointment", "Communication"):
        assert code not in get(world, "zhang", kind).content.decode()


def test_readings_are_in_the_trail_of_the_case(world: Alliance) -> None:
    world.bearer(SURGEON)
    for kind, id_ in (
        ("Appointment", f"referral-{world.referral}"),
        ("Communication", f"outcome-{world.outcomes['pathology']}"),
    ):
        from tongying.web.trail import store as trail

        trail.forget_episodes()
        before = AuditRow.objects.order_by("-id")[0].pk
        get(world, SURGEON, f"{kind}/{id_}")
        (event,) = AuditRow.objects.filter(id__gt=before)
        assert (event.kind, event.target, event.hospital) == ("case", world.number, "COUNTY_1")
        assert event.actor == SURGEON


def test_a_referral_without_a_time_has_no_appointment(world: Alliance) -> None:
    declined = f"referral-{world.declined}"
    assert get(world, "zhang", f"Appointment/{declined}").status_code == 404
    assert get(world, "zhang", f"ServiceRequest/{declined}").status_code == 200
