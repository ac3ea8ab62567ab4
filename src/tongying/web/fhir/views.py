"""The FHIR service's views: parse, ask the store once, map, answer.

References
----------
HL7 FHIR R4, "RESTful API", http://hl7.org/fhir/R4/http.html
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable
from functools import wraps
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.utils.dateparse import parse_datetime
from django.utils.http import http_date

from tongying.kernel.errors import TongyingError
from tongying.web.fhir import store
from tongying.web.fhir.capability import capability_statement
from tongying.web.fhir.kinds import KINDS, Interaction, Kind
from tongying.web.fhir.mapping.answered import FhirAnswered, answered_observation
from tongying.web.fhir.mapping.elements import Json, printable
from tongying.web.fhir.mapping.events import (
    critical_communication,
    outcome_communication,
    procedure,
)
from tongying.web.fhir.mapping.imaging import imaging_study
from tongying.web.fhir.mapping.measured import FhirMeasured, measured_observation
from tongying.web.fhir.mapping.people import (
    organization,
    patient,
    practitioner,
    practitioner_role,
)
from tongying.web.fhir.mapping.question import observation, service_request, task
from tongying.web.fhir.mapping.referral import (
    panel_appointment,
    referral_appointment,
    referral_request,
    referral_task,
)
from tongying.web.fhir.mapping.report import binary, diagnostic_report, provenance
from tongying.web.fhir.outcome import operation_outcome
from tongying.web.fhir.referral_values import FhirCritical, FhirReferral
from tongying.web.fhir.search import Search, parse
from tongying.web.middleware.problem import status_of

FHIR_JSON = "application/fhir+json"
_JSON_FORMATS = frozenset({"json", "application/json", FHIR_JSON, "text/json"})
_FHIR_RANGES = frozenset({"*/*", "application/*", FHIR_JSON, "application/json"})

_ID = re.compile(r"[A-Za-z0-9.-]{1,64}")
"""What an id may be (R4, data type id)."""

View = Callable[..., HttpResponse]
Mapping = Callable[[Any, HttpRequest], Json]

MAPPINGS: dict[str, Mapping] = {
    "Patient": lambda value, request: patient(value),
    "Organization": lambda value, request: organization(value),
    "Practitioner": lambda value, request: practitioner(value),
    "PractitionerRole": lambda value, request: practitioner_role(value),
    "ServiceRequest": lambda value, request: (
        referral_request(value) if isinstance(value, FhirReferral) else service_request(value)
    ),
    "Task": lambda value, request: (
        referral_task(value) if isinstance(value, FhirReferral) else task(value)
    ),
    "Appointment": lambda value, request: (
        referral_appointment(value) if isinstance(value, FhirReferral) else panel_appointment(value)
    ),
    "Procedure": lambda value, request: procedure(value),
    "Communication": lambda value, request: (
        critical_communication(value)
        if isinstance(value, FhirCritical)
        else outcome_communication(value)
    ),
    "ImagingStudy": lambda value, request: imaging_study(
        value, dicomweb=request.build_absolute_uri("/dicomweb/")
    ),
    "Observation": lambda value, request: (
        measured_observation(value)
        if isinstance(value, FhirMeasured)
        else answered_observation(value)
        if isinstance(value, FhirAnswered)
        else observation(value)
    ),
    "DiagnosticReport": lambda value, request: diagnostic_report(value, base=_base(request)),
    "Provenance": lambda value, request: provenance(value),
}


def _service(*methods: str, public: bool = False) -> Callable[[View], View]:
    """Answer in FHIR's own words when somebody is unknown, asks wrongly or for another format."""

    def decorate(view: View) -> View:
        @wraps(view)
        def answer(request: HttpRequest, **path: str) -> HttpResponse:
            if not public and request.viewer is None:
                response = _refusal(401, "Log in, or send a bearer token.")
                response["WWW-Authenticate"] = "Bearer"
                return response
            if request.method not in methods:
                return _reading_only(methods)
            if not _wants_json(request) and path.get("kind") != "Binary":
                return _refusal(406, f"This service answers in {FHIR_JSON} only.")
            try:
                if _ID.fullmatch(path.get("id_", "1")) is None:
                    raise store.ResourceNotFound("There is no such resource.")
                return view(request, **path)
            except TongyingError as error:
                return _refusal(status_of(error), error.sentence)

        return answer

    return decorate


@_service("GET", "HEAD", public=True)
def metadata(request: HttpRequest) -> HttpResponse:
    """Return the CapabilityStatement; anybody may read it."""
    return _answer(capability_statement(base=_base(request)))


@_service("GET", "HEAD", "POST")
def search_type(request: HttpRequest, kind: str) -> HttpResponse:
    """Search the resources of a type (``GET [type]?…`` or ``POST [type]/_search``)."""
    known = _kind(kind, Interaction.SEARCH)
    posted = request.path.endswith("/_search")
    if request.method == "POST" and not posted:
        return _reading_only(("GET", "HEAD"))
    pairs = [*_pairs(request.GET), *(_pairs(request.POST) if request.method == "POST" else ())]
    strict = "handling=strict" in request.headers.get("Prefer", "").replace(" ", "")
    asked = parse(
        known,
        pairs,
        base=_base(request),
        zone=timezone.get_current_timezone(),
        strict=strict,
    )
    page = store.search(request.viewer, kind, asked)
    resources = [MAPPINGS[kind](value, request) for value in page.values]
    return _answer(_searchset(request, kind, asked, page.total, resources))


@_service("GET", "HEAD")
def read(request: HttpRequest, kind: str, id_: str) -> HttpResponse:
    """Return one resource."""
    _kind(kind, Interaction.READ)
    if kind == "Binary":
        return _pdf(request, id_)
    return _answer(MAPPINGS[kind](store.read(request.viewer, kind, id_), request))


@_service("GET", "HEAD")
def vread(request: HttpRequest, kind: str, id_: str, version: str) -> HttpResponse:
    """Return one version of a resource."""
    _kind(kind, Interaction.VREAD)
    for value in store.versions(request.viewer, id_):
        if str(value.version) == version:
            return _answer(MAPPINGS[kind](value, request))
    raise store.ResourceNotFound("There is no such version.")


@_service("GET", "HEAD")
def history(request: HttpRequest, kind: str, id_: str) -> HttpResponse:
    """Return every version of a resource, newest first."""
    _kind(kind, Interaction.HISTORY)
    values = store.versions(request.viewer, id_)
    entries = []
    for value in values:
        resource = MAPPINGS[kind](value, request)
        first = value.version == 1
        entries.append(
            {
                "fullUrl": f"{_base(request)}{kind}/{id_}",
                "resource": resource,
                "request": {
                    "method": "POST" if first else "PUT",
                    "url": kind if first else f"{kind}/{id_}",
                },
                "response": {
                    "status": "201" if first else "200",
                    "etag": _etag(resource),
                    "lastModified": resource["meta"]["lastUpdated"],
                },
            }
        )
    address = request.build_absolute_uri(request.path)
    return _answer(
        {
            "resourceType": "Bundle",
            "type": "history",
            "total": len(entries),
            "link": [{"relation": "self", "url": address}],
            "entry": entries,
        }
    )


@_service("GET", "HEAD")
def unknown(request: HttpRequest, rest: str = "") -> HttpResponse:
    """Answer an address that this service does not have."""
    return _refusal(404, "This service has no such address; see metadata for what it has.")


def _kind(name: str, interaction: Interaction) -> Kind:
    kind = KINDS.get(name)
    if kind is None or interaction not in kind.interactions:
        raise store.ResourceNotFound(f"This service has no “{interaction.value}” of “{name[:40]}”.")
    return kind


def _searchset(
    request: HttpRequest, kind: str, asked: Search, total: int, resources: list[Json]
) -> Json:
    base = _base(request)
    links = [{"relation": "self", "url": _link(base, kind, asked, asked.offset)}]
    if asked.count and asked.offset + asked.count < total:
        following = _link(base, kind, asked, asked.offset + asked.count)
        links.append({"relation": "next", "url": following})
    if asked.count and asked.offset:
        before = _link(base, kind, asked, max(0, asked.offset - asked.count))
        links.append({"relation": "previous", "url": before})
    bundle: Json = {
        "resourceType": "Bundle",
        "type": "searchset",
        "total": total,
        "link": links,
    }
    if resources:
        bundle["entry"] = [
            {
                "fullUrl": f"{base}{kind}/{resource['id']}",
                "resource": resource,
                "search": {"mode": "match"},
            }
            for resource in resources
        ]
    return bundle


def _link(base: str, kind: str, asked: Search, offset: int) -> str:
    pairs = [*asked.used, *([("_offset", str(offset))] if offset else [])]
    return f"{base}{kind}?{urlencode(pairs)}" if pairs else f"{base}{kind}"


def _pairs(query: Any) -> Iterable[tuple[str, str]]:
    return [(name, value) for name, values in query.lists() for value in values]


def _pdf(request: HttpRequest, id_: str) -> HttpResponse:
    found = store.pdf(request.viewer, id_)
    asked = request.GET.get("_format", "") or request.headers.get("Accept", "")
    if "json" in asked:
        return _answer(binary(found))
    response = HttpResponse(found.data, content_type=found.content_type)
    response["Content-Disposition"] = f'inline; filename="{found.id}.pdf"'
    response["X-Security-Context"] = f"{_base(request)}DiagnosticReport/{found.report_id}"
    return _private(response)


def _wants_json(request: HttpRequest) -> bool:
    asked = request.GET.get("_format")
    if asked is not None:
        return asked.split(";")[0].strip().replace(" ", "+") in _JSON_FORMATS
    ranges = {one.split(";")[0].strip() for one in request.headers.get("Accept", "*/*").split(",")}
    return bool(ranges & _FHIR_RANGES)


def _base(request: HttpRequest) -> str:
    return request.build_absolute_uri(reverse("fhir:root"))


def _etag(resource: Json) -> str:
    return f'W/"{resource["meta"]["versionId"]}"'


def _answer(resource: Json, status: int = 200) -> HttpResponse:
    body = json.dumps(printable(resource), ensure_ascii=False, separators=(",", ":")).encode()
    response = HttpResponse(body, status=status, content_type=f"{FHIR_JSON}; charset=utf-8")
    meta = resource.get("meta", {})
    if "versionId" in meta:
        response["ETag"] = _etag(resource)
    changed = parse_datetime(meta.get("lastUpdated", ""))
    if changed is not None:
        response["Last-Modified"] = http_date(changed.timestamp())
    return _private(response)


def _refusal(status: int, sentence: str) -> HttpResponse:
    return _answer(operation_outcome(status, sentence), status)


def _reading_only(methods: tuple[str, ...]) -> HttpResponse:
    response = _refusal(405, "This service is for reading only.")
    response["Allow"] = ", ".join(methods)
    return response


def _private(response: HttpResponse) -> HttpResponse:
    response["Cache-Control"] = "private, no-store"
    patch_vary_headers(response, ["Accept", "Authorization", "Cookie"])
    return response
