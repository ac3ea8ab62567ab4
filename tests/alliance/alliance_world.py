"""A leading hospital, a region and two counties with their people, for the tests of the books."""

from __future__ import annotations

from datetime import date, datetime
from functools import cache
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.test import Client

from tongying.consult.people import Role, Viewer
from tongying.web.people import store
from tongying.web.people.models import Hospital, Member

ZONE = ZoneInfo("Asia/Shanghai")
LEAD, REGION, COUNTY, OTHER = "LEAD", "REGION", "COUNTY", "OTHER"
TIERS = {LEAD: "leading", REGION: "regional", COUNTY: "county", OTHER: "county"}


def build() -> None:
    """Make four hospitals, each with a member of every role: ``lead-admin``, ``county-expert``."""
    for code in TIERS:
        store.add_hospital(
            code, f"{code} 医院", actor="test", ae_title=code, answers=code in (LEAD, REGION)
        )
        for role in Role:
            login = f"{code.lower()}-{role.value}"
            Member.objects.create(
                login=login, name=login, role=role.value, hospital_id=code, password=_hashed()
            )
    for code, tier in TIERS.items():
        Hospital.objects.filter(code=code).update(tier=tier, province="甲省", city="乙市")
    Hospital.objects.exclude(code=LEAD).update(parent_id=LEAD)
    Hospital.objects.filter(code__in=(COUNTY, OTHER)).update(parent_id=REGION)
    Member.objects.filter(login="lead-expert").update(
        name="李专家",
        specialties="chest",
        modalities="CT",
        licence_number="SECRET-1",
        licence_until=date(2020, 1, 1),
        email="secret@example.org",
    )


def viewer(login: str) -> Viewer:
    """Return a member as the stores see them."""
    return store.viewer_of_login(login)


def client(login: str) -> Client:
    """Return a browser in which a member is signed in and reads English."""
    browser = Client()
    browser.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    backend = "django.contrib.auth.backends.ModelBackend"
    browser.force_login(Member.objects.get(login=login), backend=backend)
    return browser


def at(day: int, hour: int) -> datetime:
    """Return an hour of a day in March 2026; hour 24 and above lie on the next day."""
    return datetime(2026, 3, day + hour // 24, hour % 24, tzinfo=ZONE)


@cache
def _hashed() -> str:
    return make_password(None)
