"""Every route, every role, own and foreign: written by hand, counted, no leak."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from access_evidence import EVIDENCE
from access_machines import MACHINES
from access_pages import PAGES
from access_probes import Probe, S
from access_rooms import ROOMS
from access_rules import FORBIDDEN, HIDDEN, LOGIN, OPEN, TRIED, vendor_expects
from django.contrib.auth.backends import ModelBackend
from django.core.cache import cache
from django.http import HttpResponseBase
from django.test import Client
from django.urls import get_resolver
from django.urls.resolvers import URLResolver
from people import PEOPLE, Person
from world import SUBJECT, UNASKED, World, build

from tongying.consult.people import Role
from tongying.web.people.models import Member

TABLE: dict[str, list[Probe]] = {**MACHINES, **PAGES, **EVIDENCE, **ROOMS}


def routes(resolver: URLResolver, prefix: str = "") -> Iterator[str]:
    for pattern in resolver.url_patterns:
        text = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from routes(pattern, text)
        else:
            yield text


def test_every_route_is_in_the_table() -> None:
    assert not MACHINES.keys() & PAGES.keys()
    assert not EVIDENCE.keys() & (MACHINES.keys() | PAGES.keys())
    assert not ROOMS.keys() & (MACHINES.keys() | PAGES.keys() | EVIDENCE.keys())
    assert set(routes(get_resolver())) == set(TABLE)


@pytest.fixture
def made(db: None) -> World:
    cache.clear()  # the public verification page counts its callers
    return build()


def _url(probe: Probe, made: World) -> str:
    return (
        probe.url.replace("{case}", str(made.case))
        .replace("{draft}", str(made.draft))
        .replace("{image}", str(made.image))
        .replace("{alert}", str(made.alert))
        .replace("{child}", str(made.child))
        .replace("{upload}", made.upload)
        .replace("{file}", made.upload_file)
        .replace("{verify}", made.verify_code)
        .replace("{referral}", str(made.referral))
        .replace("{parents}", made.parents_code)
        .replace("{workitem}", made.workitem)
        .replace("{fusion}", made.fusion)
        .replace("{ai_run}", made.ai_run)
        .replace("{ai_shadow}", made.ai_shadow)
        .replace("{measurement}", made.measurement)
        .replace("{frozen_set}", made.frozen_set)
        .replace("{evaluation}", made.evaluation)
        .replace("{failure}", made.failure)
        .replace("{incident}", made.incident)
        .replace("{ai_alarm}", str(made.ai_alarm))
        .replace("{need}", made.need)
        .replace("{product}", made.product)
        .replace("{height}", made.height)
        .replace("{normal_child}", made.normal_child)
        .replace("{normal_value}", made.normal_value)
        .replace("{normal_rule}", str(made.normal_rule))
        .replace("{norm_fit}", made.norm_fit)
        .replace("{norm_draft}", made.norm_draft)
        .replace("{norm_released}", made.norm_released)
        .replace("{room}", made.room)
    )


def _client(person: Person) -> Client:
    client = Client(raise_request_exception=True)
    member = Member.objects.get(login=person.login)
    client.force_login(member, f"{ModelBackend.__module__}.{ModelBackend.__name__}")
    return client


def _ask(client: Client, probe: Probe, url: str) -> HttpResponseBase:
    if probe.method == "GET":
        response = client.get(url)
    else:
        tus = {"Tus-Resumable": "1.0.0", "Upload-Length": "10"}
        response = client.generic(
            probe.method, url, probe.body, content_type=probe.kind, headers=tus
        )
    response.getvalue()  # the test client closes a streamed answer once it is used up
    return response


def _kind(response: HttpResponseBase) -> str:
    status = response.status_code
    if status == 401 or (status == 302 and response.headers["Location"].startswith("/login")):
        return LOGIN
    if status == 404:
        return HIDDEN
    if status == 403:
        return FORBIDDEN
    if status < 400:
        return OPEN
    return TRIED if status < 500 else f"failed {status}"


def _fits(expected: str, got: str, *, writes: bool) -> bool:
    if expected == TRIED:
        # Through the door: done, refused for a reason of its own, or a part of it is missing.
        return got in (OPEN, TRIED, FORBIDDEN, HIDDEN)
    if expected == HIDDEN and writes:
        # A role that may not do this at all is told so, whatever the address: nothing is learnt.
        return got in (HIDDEN, FORBIDDEN)
    return expected == got


def _leaks(
    made: World, person: Person, probes: list[Probe], client: Client | None = None
) -> list[str]:
    client, wrong = client or _client(person), []
    vendor = person.role is Role.VENDOR
    for probe in probes:
        url = _url(probe, made)
        got = _kind(_ask(client, probe, url))
        expected = vendor_expects(url, probe.rule(person)) if vendor else probe.rule(person)
        if not _fits(expected, got, writes=probe.method not in ("GET", "HEAD")):
            wrong.append(f"{person.login}: {probe.method} {url}: {got}, not {expected}")
    return wrong


@pytest.mark.parametrize("person", PEOPLE, ids=lambda one: one.login)
def test_reading(made: World, person: Person) -> None:
    probes = [one for many in TABLE.values() for one in many if one.method in ("GET", "HEAD")]
    assert _leaks(made, person, probes) == []


@pytest.mark.parametrize("person", PEOPLE, ids=lambda one: one.login)
def test_reading_by_token(made: World, person: Person) -> None:
    """Machines come another way in: the same rule holds there."""
    token = Client(headers={"Authorization": f"Bearer {made.tokens[person.login]}"})
    machines = ("/dicomweb/", "/api/", "/fhir/")
    probes = [
        one
        for many in TABLE.values()
        for one in many
        if one.method == "GET" and one.url.startswith(machines)
    ]
    assert _leaks(made, person, probes, token) == []


@pytest.mark.parametrize("person", PEOPLE, ids=lambda one: one.login)
def test_writing(made: World, person: Person) -> None:
    # Whoever may open a room is in it afterwards; whoever ends it, ends it for the others.
    last = (f"/rooms/{made.room}/end/", f"/cases/{made.case}/rooms/", "/logout/")
    probes = [one for many in TABLE.values() for one in many if one.method not in ("GET", "HEAD")]
    probes.sort(key=lambda one: last.index(url) + 1 if (url := _url(one, made)) in last else 0)
    assert _leaks(made, person, probes) == []


def test_nobody(made: World) -> None:
    wrong = []
    for probe in (one for many in TABLE.values() for one in many):
        url = _url(probe, made)
        got = _kind(_ask(Client(), probe, url))
        expected = {OPEN, HIDDEN, TRIED, LOGIN} if probe.public else {LOGIN, FORBIDDEN}
        if got not in expected:
            wrong.append(f"nobody: {probe.method} {url}: {got}")
    assert wrong == []


@pytest.mark.parametrize("person", PEOPLE, ids=lambda one: one.login)
def test_lists_name_no_stranger(made: World, person: Person) -> None:
    """Whatever lists or searches: nothing of a study or case that the person may not see."""
    client = _client(person)
    seen = "".join(
        client.get(url).content.decode()
        for url in (
            "/?tab=all",
            "/studies/",
            "/dicomweb/studies",
            "/dicomweb/series",
            "/dicomweb/instances",
            f"/dicomweb/{S}/series",
            "/dicomweb/studies?PatientID=P1",
            "/dicomweb/studies?PatientName=wxm&fuzzymatching=true",
            "/api/studies",
            "/api/cases?tab=all",
            "/fhir/Patient",
            "/fhir/ImagingStudy",
            "/fhir/ServiceRequest",
            "/fhir/DiagnosticReport",
            "/dicomweb/workitems?includefield=all",
        )
    )
    assert ("王小明" in seen or "王^小明" in seen) == person.sees_case
    assert (SUBJECT in seen.replace(UNASKED, "")) == person.sees_case
    assert (UNASKED in seen) == person.sees_unasked_study


KINDS = [
    "Patient",
    "ImagingStudy",
    "ServiceRequest",
    "Task",
    "Appointment",
    "Procedure",
    "Communication",
    "Observation",
    "DiagnosticReport",
    "Provenance",
]


def test_fhir_resources(made: World) -> None:
    """Every resource that the author can find is there for those who see the case, for no other."""
    author = _client(next(one for one in PEOPLE if one.author))
    private = {f"Patient/{one}" for one in _unasked_patients()}
    addresses = []
    for kind in KINDS:
        response = author.get(f"/fhir/{kind}")
        if response.status_code == 404:
            continue
        for entry in response.json().get("entry", []):
            resource = entry["resource"]
            addresses.append(f"{kind}/{resource['id']}")
    assert {one.partition("/")[0] for one in addresses} >= {
        "Patient",
        "ImagingStudy",
        "ServiceRequest",
        "Task",
        "Observation",
        "DiagnosticReport",
    }
    unasked = {one for one in addresses if _speaks_of_unasked(author, one)}
    drafts = {f"{kind}/{made.draft}" for kind in ("ServiceRequest", "Task")}
    unasked |= drafts & set(addresses)
    wrong = []
    for person in PEOPLE:
        client = _client(person)
        for address in addresses:
            sees = person.sees_case
            if address in private or address in unasked:
                of_study = address.startswith(("Patient", "ImagingStudy"))
                sees = person.sees_unasked_study if of_study else person.sees_draft
            for tail in ("", "/_history/1"):
                got = client.get(f"/fhir/{address}{tail}").status_code
                if not sees and got != 404:
                    wrong.append(f"{person.login} {address}{tail}: {got}")
                if sees and not tail and got != 200:
                    wrong.append(f"{person.login} {address}: {got}")
    assert wrong == []


def _unasked_patients() -> list[int]:
    from tongying.web.records.models import Child

    return list(Child.objects.filter(local_id="P2").values_list("pk", flat=True))


def _speaks_of_unasked(author: Client, address: str) -> bool:
    text = author.get(f"/fhir/{address}").content.decode()
    return UNASKED in text or '"P2"' in text
