"""Every route, every role, own and foreign: written by hand, counted, no leak."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
from django.contrib.auth.backends import ModelBackend
from django.core.cache import cache
from django.http import HttpResponseBase
from django.test import Client
from django.urls import get_resolver
from django.urls.resolvers import URLResolver
from people import ASKING, PEOPLE, Person
from world import OWN_WORKITEM, PRIOR, SUBJECT, UNASKED, World, build

from tongying.consult.people import Role
from tongying.web.people.models import Member

OPEN, HIDDEN, FORBIDDEN, LOGIN, TRIED = "open", "hidden", "forbidden", "login", "tried"
"""TRIED: lets the person through to the act, which may still refuse it for another reason."""

Rule = Callable[[Person], str]


def everyone(person: Person) -> str:
    return OPEN


def study(person: Person) -> str:
    return OPEN if person.sees_case else HIDDEN


def unasked(person: Person) -> str:
    return OPEN if person.sees_unasked_study else HIDDEN


case = study


def draft(person: Person) -> str:
    return OPEN if person.sees_draft else HIDDEN


def acts_on_case(person: Person) -> str:
    return TRIED if person.sees_case else HIDDEN


def acts_on_draft(person: Person) -> str:
    return TRIED if person.sees_draft else HIDDEN


def refers(person: Person) -> str:
    """A requester of the asking hospital, or who signed."""
    if not person.sees_case:
        return HIDDEN
    asks = person.hospital == ASKING and person.role is Role.REQUESTER
    return OPEN if asks or person.reader else FORBIDDEN


def refers_draft(person: Person) -> str:
    """Nobody refers from a draft: there is no opinion."""
    return FORBIDDEN if person.sees_draft else HIDDEN


def acknowledges_alert(person: Person) -> str:
    """Whoever was told (the author), and the desk."""
    if not person.sees_case:
        return HIDDEN
    desk = person.hospital != ASKING and person.role is Role.COORDINATOR
    return TRIED if person.author or desk else FORBIDDEN


def adds_pathways(person: Person) -> str:
    return OPEN if person.role in (Role.ADMIN, Role.EXPERT) else FORBIDDEN


def tries_adding_pathways(person: Person) -> str:
    return TRIED if person.role in (Role.ADMIN, Role.EXPERT) else FORBIDDEN


def no_such_own_pathway(person: Person) -> str:
    """Whoever adds none learns so; the others find nothing."""
    return HIDDEN if person.role in (Role.ADMIN, Role.EXPERT) else FORBIDDEN


def sees_quality(person: Person) -> str:
    return OPEN if person.role is Role.COORDINATOR else FORBIDDEN


def would_invite(person: Person) -> str:
    """The signed case's panel takes no invitation any more; the others may never invite."""
    if not person.sees_case:
        return HIDDEN
    desk = person.hospital != ASKING and person.role is Role.COORDINATOR
    return TRIED if desk or person.reader else FORBIDDEN


def may_not_invite_on_draft(person: Person) -> str:
    return FORBIDDEN if person.sees_draft else HIDDEN


def brings(person: Person) -> str:
    return FORBIDDEN if person.role in (Role.TRAINEE, Role.RESEARCHER) else TRIED


def uploads(person: Person) -> str:
    return FORBIDDEN if person.role in (Role.TRAINEE, Role.RESEARCHER) else OPEN


def my_upload(person: Person) -> str:
    if person.author:
        return OPEN
    return HIDDEN


def tries_my_upload(person: Person) -> str:
    return TRIED if person.author else HIDDEN


def reads_trail(person: Person) -> str:
    return OPEN if person.role in (Role.COORDINATOR, Role.ADMIN) else FORBIDDEN


def reads_board(person: Person) -> str:
    readers = (Role.COORDINATOR, Role.ADMIN, Role.RESEARCHER)
    return OPEN if person.role in readers else FORBIDDEN


def runs_hospital(person: Person) -> str:
    return OPEN if person.role is Role.ADMIN else FORBIDDEN


def tries_hospital(person: Person) -> str:
    return TRIED if person.role is Role.ADMIN else FORBIDDEN


def joins_children(person: Person) -> str:
    if person.hospital != ASKING:
        return HIDDEN
    return OPEN if person.role in (Role.COORDINATOR, Role.ADMIN) else FORBIDDEN


def tries_children(person: Person) -> str:
    stands = joins_children(person)
    return TRIED if stands == OPEN else stands


def makes_roster(person: Person) -> str:
    return TRIED if person.role in (Role.COORDINATOR, Role.ADMIN) else FORBIDDEN


def keeps_books(person: Person) -> str:
    return OPEN if person.role in (Role.COORDINATOR, Role.ADMIN) else FORBIDDEN


def leads_alliance(person: Person) -> str:
    """Nobody's hospital leads in this world: it takes the tier as well."""
    return FORBIDDEN


def plans(person: Person) -> str:
    planning = (Role.COORDINATOR, Role.ADMIN, Role.RESEARCHER)
    return OPEN if person.role in planning else FORBIDDEN


def tries_planning(person: Person) -> str:
    return TRIED if plans(person) == OPEN else FORBIDDEN


def no_such_plan(person: Person) -> str:
    """Runs are their hospital's; this one is nobody's."""
    return HIDDEN if plans(person) == OPEN else FORBIDDEN


FUSING = (Role.REQUESTER, Role.EXPERT, Role.COORDINATOR, Role.TECHNOLOGIST)
"""By hand from the issue: the asking side's people and the experts invited."""


def fuses(person: Person) -> str:
    """Choose two series: by role first, then only what one sees."""
    if person.role not in FUSING:
        return FORBIDDEN
    return study(person)


def fuses_on_draft(person: Person) -> str:
    if person.role not in FUSING:
        return FORBIDDEN
    return draft(person)


def tries_fusing(person: Person) -> str:
    stands = fuses(person)
    return TRIED if stands == OPEN else stands


def strikes(person: Person) -> str:
    """Only a colleague of the asking hospital who measures; the value was measured there."""
    if not person.sees_case:
        return HIDDEN
    return TRIED if person.role in FUSING and person.hospital == ASKING else FORBIDDEN


def reports(person: Person) -> str:
    if not person.sees_case:
        return HIDDEN
    return TRIED if person.role in FUSING else FORBIDDEN


def looks_after_author(person: Person) -> str:
    if person.role is not Role.ADMIN:
        return FORBIDDEN
    return OPEN if person.hospital == ASKING else HIDDEN


def tries_author(person: Person) -> str:
    stands = looks_after_author(person)
    return TRIED if stands == OPEN else stands


def nobody_sees(person: Person) -> str:
    return HIDDEN


def back_to_login(person: Person) -> str:
    """Leads to the log-in page: leaving, or the second step without a first one."""
    return LOGIN


def tries(person: Person) -> str:
    return TRIED


def reads_norm_fits(person: Person) -> str:
    """Those who make, sign or run norms; a fit pools all hospitals without identities."""
    readers = (Role.RESEARCHER, Role.EXPERT, Role.ADMIN)
    return OPEN if person.role in readers else FORBIDDEN


def no_such_norm_fit(person: Person) -> str:
    return HIDDEN if reads_norm_fits(person) == OPEN else FORBIDDEN


def fits_norms(person: Person) -> str:
    return TRIED if person.role is Role.RESEARCHER else FORBIDDEN


def reads_norm_draft(person: Person) -> str:
    """A draft exists for those who read fits; a published release for everybody."""
    return OPEN if reads_norm_fits(person) == OPEN else HIDDEN


def signs_norm_draft(person: Person) -> str:
    if reads_norm_draft(person) == HIDDEN:
        return HIDDEN
    return FORBIDDEN if person.role is Role.ADMIN else TRIED


def closes_norm_draft(person: Person) -> str:
    if reads_norm_draft(person) == HIDDEN:
        return HIDDEN
    return fits_norms(person)


def signs_off_norms(person: Person) -> str:
    return TRIED if person.role is Role.EXPERT else FORBIDDEN


def asks(person: Person) -> str:
    """Begin a case about the asking hospital's study: its requesters; others learn nothing."""
    if person.sees_unasked_study:
        return TRIED
    return HIDDEN


def schedules(person: Person) -> str:
    """Put a workitem on the own hospital's worklist."""
    makers = (Role.EXPERT, Role.COORDINATOR, Role.TECHNOLOGIST)
    return TRIED if person.role in makers else FORBIDDEN


def acts_on_own_workitem(person: Person) -> str:
    return TRIED if person.hospital == ASKING else HIDDEN


def not_offered(person: Person) -> str:
    return "failed 501"


LEDGER = (Role.RESEARCHER, Role.EXPERT, Role.TECHNOLOGIST, Role.ADMIN)
"""By hand from the issue: who sees the ledger of normal children of their hospital."""
KEEPING = (Role.RESEARCHER, Role.ADMIN)
MEASURING = (Role.RESEARCHER, Role.EXPERT, Role.TECHNOLOGIST)


def sees_ledger(person: Person) -> str:
    return OPEN if person.role in LEDGER else FORBIDDEN


def sees_normal_child(person: Person) -> str:
    return OPEN if person.role in LEDGER and person.hospital == ASKING else HIDDEN


def keeps_ledger(person: Person) -> str:
    return OPEN if person.role in KEEPING else FORBIDDEN


def tries_keeping(person: Person) -> str:
    return TRIED if person.role in KEEPING else FORBIDDEN


def keeps_normal_child(person: Person) -> str:
    if person.role not in KEEPING:
        return FORBIDDEN
    return OPEN if person.hospital == ASKING else HIDDEN


def tries_normal_child(person: Person) -> str:
    stands = keeps_normal_child(person)
    return TRIED if stands == OPEN else stands


def measures(person: Person) -> str:
    return OPEN if person.role in MEASURING else FORBIDDEN


def measures_normal_child(person: Person) -> str:
    if person.role not in MEASURING:
        return FORBIDDEN
    return TRIED if person.hospital == ASKING else HIDDEN


@dataclass(frozen=True)
class Probe:
    url: str
    rule: Rule
    method: str = "GET"
    body: str = ""
    public: bool = False
    """Anybody at all, without logging in."""
    kind: str = "application/x-www-form-urlencoded"


S, P, U = f"studies/{SUBJECT}", f"studies/{PRIOR}", f"studies/{UNASKED}"
SERIES = f"{S}/series/{SUBJECT}.1"
INSTANCE = f"{SERIES}/instances/{SUBJECT}.1.1"
HIDDEN_SERIES = f"{U}/series/{UNASKED}.1"
HIDDEN_INSTANCE = f"{HIDDEN_SERIES}/instances/{UNASKED}.1.1"
ST, SE, IN = "studies/<uid:study>", "series/<uid:series>", "instances/<uid:instance>"
DW = "dicomweb/"
STOW = "multipart/related; type=application/dicom; boundary=x"


def web(tail: str, *levels: str) -> list[Probe]:
    """A DICOMweb reading: of the case's study, and of one that nobody was asked about."""
    where = {
        "study": (S, U),
        "series": (SERIES, HIDDEN_SERIES),
        "instance": (INSTANCE, HIDDEN_INSTANCE),
    }
    probes = []
    for level in levels:
        own, foreign = where[level]
        probes += [Probe(f"/{DW}{own}{tail}", study), Probe(f"/{DW}{foreign}{tail}", unasked)]
    return probes


def json(url: str, rule: Rule, method: str, body: str = "{}") -> Probe:
    return Probe(url, rule, method, body, kind="application/json")


MARKS = (
    f'{{"study": "{SUBJECT}", "series": "{SUBJECT}.1", "instance": "{SUBJECT}.1.1",'
    ' "recipe": "spleen-length", "marks": {}}'
)
WI = f"{DW}workitems"
NEW_WORKITEM = (
    '{"00741200":{"vr":"CS","Value":["LOW"]},"00741204":{"vr":"LO","Value":["x"]},'
    '"00404005":{"vr":"DT","Value":["2026"]},"00404041":{"vr":"CS","Value":["READY"]},'
    '"00741000":{"vr":"CS","Value":["SCHEDULED"]}}'
)
CLAIM = '{"00741000":{"vr":"CS","Value":["IN PROGRESS"]},"00081195":{"vr":"UI","Value":["2.25.9"]}}'


TABLE: dict[str, list[Probe]] = {
    "healthz": [Probe("/healthz", everyone, public=True)],
    "metrics": [Probe("/metrics", everyone, public=True)],
    f"{DW}studies": [
        Probe("/dicomweb/studies", everyone),
        Probe("/dicomweb/studies", brings, "POST", "--x--", kind=STOW),
    ],
    f"{DW}series": [Probe("/dicomweb/series", everyone)],
    f"{DW}instances": [Probe("/dicomweb/instances", everyone)],
    f"{DW}{ST}": [
        *web("", "study"),
        Probe(f"/{DW}{S}", brings, "POST", "--x--", kind=STOW),
    ],
    f"{DW}{ST}/series": [Probe(f"/{DW}{S}/series", everyone)],
    f"{DW}{ST}/instances": [Probe(f"/{DW}{S}/instances", everyone)],
    f"{DW}{ST}/{SE}/instances": [Probe(f"/{DW}{SERIES}/instances", everyone)],
    f"{DW}{ST}/{SE}": web("", "series"),
    f"{DW}{ST}/{SE}/{IN}": web("", "instance"),
    f"{DW}{ST}/metadata": web("/metadata", "study"),
    f"{DW}{ST}/{SE}/metadata": web("/metadata", "series"),
    f"{DW}{ST}/{SE}/{IN}/metadata": web("/metadata", "instance"),
    f"{DW}{ST}/rendered": web("/rendered", "study"),
    f"{DW}{ST}/{SE}/rendered": web("/rendered", "series"),
    f"{DW}{ST}/{SE}/{IN}/rendered": web("/rendered", "instance"),
    f"{DW}{ST}/thumbnail": web("/thumbnail", "study"),
    f"{DW}{ST}/{SE}/thumbnail": web("/thumbnail", "series"),
    f"{DW}{ST}/{SE}/{IN}/thumbnail": web("/thumbnail", "instance"),
    f"{DW}{ST}/{SE}/{IN}/frames/<str:numbers>": web("/frames/1", "instance"),
    f"{DW}{ST}/{SE}/{IN}/frames/<int:frame>/rendered": web("/frames/1/rendered", "instance"),
    f"{DW}{ST}/{SE}/{IN}/bulk/<path:path>": web("/bulk/00091001", "instance"),
    WI: [
        Probe(f"/{WI}", everyone),
        json(f"/{WI}?2.25.8", schedules, "POST", NEW_WORKITEM),
    ],
    f"{WI}/<uid:workitem>": [
        Probe(f"/{WI}/{{workitem}}", case),
        Probe(f"/{WI}/{OWN_WORKITEM}", unasked),
        json(f"/{WI}/{{workitem}}", acts_on_case, "POST"),
        json(f"/{WI}/{OWN_WORKITEM}", acts_on_own_workitem, "POST"),
    ],
    f"{WI}/<uid:workitem>/state": [
        json(f"/{WI}/{{workitem}}/state", acts_on_case, "PUT", CLAIM),
        json(f"/{WI}/{OWN_WORKITEM}/state", acts_on_own_workitem, "PUT", CLAIM),
    ],
    f"{WI}/<uid:workitem>/cancelrequest": [
        json(f"/{WI}/{{workitem}}/cancelrequest", acts_on_case, "POST"),
        json(f"/{WI}/{OWN_WORKITEM}/cancelrequest", acts_on_own_workitem, "POST"),
    ],
    f"{WI}/<uid:workitem>/subscribers/<str:ae_title>": [
        Probe(f"/{WI}/{{workitem}}/subscribers/PACS", not_offered, "POST"),
    ],
    f"{WI}/<uid:workitem>/subscribers/<str:ae_title>/suspend": [
        Probe(f"/{WI}/{{workitem}}/subscribers/PACS/suspend", not_offered, "POST"),
    ],
    f"{DW}subscribers/<str:ae_title>": [Probe(f"/{DW}subscribers/PACS", not_offered)],
    "fhir/": [Probe("/fhir/", nobody_sees, public=True)],
    "fhir/metadata": [Probe("/fhir/metadata", everyone, public=True)],
    "fhir/<str:kind>": [Probe("/fhir/Patient", everyone)],
    "fhir/<str:kind>/_search": [Probe("/fhir/Patient/_search", everyone, "POST")],
    "fhir/<str:kind>/<str:id_>": [],  # each resource in test_fhir_resources
    "fhir/<str:kind>/<str:id_>/_history": [],
    "fhir/<str:kind>/<str:id_>/_history/<str:version>": [],
    "fhir/<path:rest>": [Probe("/fhir/a/b/c/d", nobody_sees, public=True)],
    "api/openapi.json": [Probe("/api/openapi.json", everyone, public=True)],
    "api/me": [Probe("/api/me", everyone)],
    "api/studies": [Probe("/api/studies", everyone)],
    "api/cases": [
        Probe("/api/cases", everyone),
        json("/api/cases", asks, "POST", f'{{"study": "{UNASKED}"}}'),
    ],
    "api/cases/<case_id>": [
        Probe("/api/cases/{case}", case),
        Probe("/api/cases/{draft}", draft),
    ],
    "api/cases/<case_id>/question": [
        json("/api/cases/{case}/question", acts_on_case, "PUT"),
        json("/api/cases/{draft}/question", acts_on_draft, "PUT"),
    ],
    "api/cases/<case_id>/moves/<move>": [
        json("/api/cases/{case}/moves/refuse", acts_on_case, "POST"),
        json("/api/cases/{draft}/moves/refuse", acts_on_draft, "POST"),
    ],
    "api/fusions": [
        json(
            "/api/fusions",
            tries_fusing,
            "POST",
            f'{{"fixed": "{SUBJECT}.1", "moving": "{PRIOR}.1"}}',
        ),
    ],
    "api/fusions/<code>": [Probe("/api/fusions/{fusion}", case)],
    "api/fusions/<code>/cancel": [json("/api/fusions/{fusion}/cancel", acts_on_case, "POST")],
    "api/norms": [Probe("/api/norms", everyone)],
    "api/norms/score": [json("/api/norms/score", tries, "POST")],
    "api/norms/score/bulk": [json("/api/norms/score/bulk", tries, "POST")],
    "api/measurements": [
        Probe("/api/measurements?case={case}", case),
        Probe(f"/api/measurements?study={UNASKED}", unasked),
        Probe("/api/measurements?child={child}", study),
        json(
            "/api/measurements",
            tries_fusing,
            "POST",
            f'{{"study": "{SUBJECT}", "measure": "spleen-length", "value": 7.5, "unit": "cm"}}',
        ),
    ],
    "api/measurements/<code>/strike": [
        json("/api/measurements/{measurement}/strike", strikes, "POST", '{"reason": ""}'),
    ],
    "api/measure/recipes": [Probe("/api/measure/recipes?modality=US", everyone)],
    "api/measure/preview": [json("/api/measure/preview", tries_fusing, "POST", MARKS)],
    "api/measure/drawings": [json("/api/measure/drawings", tries_fusing, "POST", MARKS)],
    "api/measure/drawings/<code>": [Probe("/api/measure/drawings/NONE", nobody_sees)],
    "api/": [Probe("/api/nothing", nobody_sees, public=True)],
    "uploads/tus/": [Probe("/uploads/tus/", brings, "POST")],
    "uploads/tus/<str:code>": [Probe("/uploads/tus/{file}", tries_my_upload, "HEAD")],
    "viewer/app-config.js": [Probe("/viewer/app-config.js", everyone)],
    "viewer/": [Probe("/viewer/", everyone)],
    "viewer/<path:name>": [Probe("/viewer/viewer", everyone)],
    "": [Probe("/", everyone)],
    "next/": [Probe("/next/", everyone)],
    "help/keys/": [Probe("/help/keys/", everyone)],
    "login/": [Probe("/login/", everyone, public=True)],
    "login/second/": [Probe("/login/second/", back_to_login, public=True)],
    "logout/": [Probe("/logout/", back_to_login, "POST", public=True)],
    "language/": [Probe("/language/", tries, "POST", public=True)],
    "cases/": [Probe("/cases/", everyone, public=True)],  # only leads to the worklist
    "cases/new/": [Probe(f"/cases/new/?study={UNASKED}", asks, "POST")],
    "cases/<int:case_id>/": [Probe("/cases/{case}/", case), Probe("/cases/{draft}/", draft)],
    "cases/<int:case_id>/preview/": [
        Probe("/cases/{case}/preview/", case),
        Probe("/cases/{draft}/preview/", draft),
    ],
    "cases/<int:case_id>/question/": [
        Probe("/cases/{case}/question/", acts_on_case, "POST"),
        Probe("/cases/{draft}/question/", acts_on_draft, "POST"),
    ],
    "cases/<int:case_id>/opinion/": [Probe("/cases/{case}/opinion/", acts_on_case, "POST")],
    "cases/<int:case_id>/moves/<str:move>/": [
        Probe("/cases/{case}/moves/refuse/", acts_on_case, "POST"),
        Probe("/cases/{draft}/moves/refuse/", acts_on_draft, "POST"),
    ],
    "alerts/<int:alert_id>/acknowledge/": [
        Probe("/alerts/{alert}/acknowledge/", acknowledges_alert, "POST"),
    ],
    "cases/<int:case_id>/key-images/": [
        Probe("/cases/{case}/key-images/", acts_on_case, "POST"),
        Probe("/cases/{draft}/key-images/", acts_on_draft, "POST"),
    ],
    "cases/<int:case_id>/key-images/<int:image_id>/": [
        Probe("/cases/{case}/key-images/{image}/", acts_on_case, "POST"),
    ],
    "cases/<int:case_id>/opinions/<int:version>/<str:kind>/": [
        Probe("/cases/{case}/opinions/1/pdf-zh/", case),
        Probe("/cases/{case}/opinions/1/dicom-sr/", case),
        Probe("/cases/{case}/opinions/1/key-0/", case),
    ],
    "cases/<int:case_id>/difference/<int:version>/": [
        Probe("/cases/{case}/difference/1/", case),
    ],
    "cases/<int:case_id>/referrals/new/": [
        Probe("/cases/{case}/referrals/new/", refers),
        Probe("/cases/{draft}/referrals/new/", refers_draft),
        Probe("/cases/{case}/referrals/new/", acts_on_case, "POST"),
    ],
    "referrals/": [Probe("/referrals/", everyone)],
    "referrals/<int:number>/": [Probe("/referrals/{referral}/", case)],
    "referrals/<int:number>/moves/<str:move>/": [
        # Without its reason nobody withdraws it.
        Probe("/referrals/{referral}/moves/withdraw/", acts_on_case, "POST"),
    ],
    "referrals/<int:number>/outcomes/": [
        Probe("/referrals/{referral}/outcomes/", acts_on_case, "POST"),
    ],
    "referrals/<int:number>/comparison/": [
        Probe("/referrals/{referral}/comparison/", acts_on_case, "POST"),
    ],
    "referrals/<int:number>/teaching/": [
        Probe("/referrals/{referral}/teaching/", acts_on_case, "POST"),
    ],
    "referrals/<int:number>/seen/": [
        Probe("/referrals/{referral}/seen/", acts_on_case, "POST"),
    ],
    "referrals/<int:number>/images/": [
        Probe("/referrals/{referral}/images/", acts_on_case, "POST"),
    ],
    "referrals/<int:number>/slip/": [Probe("/referrals/{referral}/slip/", case)],
    "quality/": [Probe("/quality/", sees_quality)],
    "r/<str:code>/": [
        Probe("/r/{parents}/", everyone, public=True),
        Probe("/r/00000000000000000000000000/", nobody_sees, public=True),
    ],
    "cases/<int:case_id>/panel/find/": [
        Probe("/cases/{case}/panel/find/", would_invite),
        Probe("/cases/{draft}/panel/find/", may_not_invite_on_draft),
    ],
    "cases/<int:case_id>/panel/opinion/": [
        Probe("/cases/{case}/panel/opinion/", acts_on_case, "POST"),
        Probe("/cases/{draft}/panel/opinion/", acts_on_draft, "POST"),
    ],
    "cases/<int:case_id>/panel/time/": [
        Probe("/cases/{case}/panel/time/", acts_on_case, "POST"),
        Probe("/cases/{draft}/panel/time/", acts_on_draft, "POST"),
    ],
    "cases/<int:case_id>/panel/moves/<str:move>/": [
        Probe("/cases/{case}/panel/moves/invite/", acts_on_case, "POST"),
        Probe("/cases/{draft}/panel/moves/invite/", acts_on_draft, "POST"),
    ],
    "studies/": [Probe("/studies/", everyone)],
    "studies/<str:uid>/": [
        Probe(f"/{S}/", study),
        Probe(f"/{P}/", study),
        Probe(f"/{U}/", unasked),
    ],
    "studies/<str:uid>/zip": [Probe(f"/{S}/zip", study), Probe(f"/{U}/zip", unasked)],
    "upload/": [Probe("/upload/", uploads)],
    "upload/new/": [Probe("/upload/new/", brings, "POST")],
    "upload/<str:code>/": [Probe("/upload/{upload}/", my_upload)],
    "upload/<str:code>/state/": [Probe("/upload/{upload}/state/", my_upload)],
    "upload/<str:code>/summary/": [Probe("/upload/{upload}/summary/", my_upload)],
    "upload/<str:code>/files/": [Probe("/upload/{upload}/files/", my_upload)],
    "board/": [Probe("/board/", reads_board)],
    "board/<slug:name>.<slug:kind>": [
        Probe("/board/hospital.csv", reads_board),
        Probe("/board/times.svg", reads_board),
    ],
    "trail/": [Probe("/trail/", reads_trail)],
    "trail/export.csv": [Probe("/trail/export.csv", reads_trail)],
    "verify/": [Probe("/verify/", everyone, public=True)],
    "verify/<str:code>/": [Probe("/verify/{verify}/", everyone, public=True)],
    "account/": [Probe("/account/", everyone)],
    "account/password/": [Probe("/account/password/", tries, "POST")],
    "account/choices/": [Probe("/account/choices/", tries, "POST")],
    "account/second-factor/": [Probe("/account/second-factor/", tries, "POST")],
    "account/second-factor/confirm/": [Probe("/account/second-factor/confirm/", tries, "POST")],
    "account/second-factor/backup/": [Probe("/account/second-factor/backup/", tries, "POST")],
    "account/second-factor/remove/": [Probe("/account/second-factor/remove/", tries, "POST")],
    "account/tokens/": [Probe("/account/tokens/", tries, "POST")],
    "account/tokens/<int:number>/revoke/": [
        Probe("/account/tokens/999999/revoke/", nobody_sees, "POST"),
    ],
    "account/notices/": [Probe("/account/notices/", tries, "POST")],
    "account/notices/test/": [Probe("/account/notices/test/", tries, "POST")],
    "account/push/": [Probe("/account/push/", tries, "POST")],
    "account/push/remove/": [Probe("/account/push/remove/", tries, "POST")],
    "notices/": [Probe("/notices/", everyone)],
    "notices/bell/": [Probe("/notices/bell/", everyone)],
    "notices/read/": [Probe("/notices/read/", tries, "POST")],
    # Somebody else's notice does not exist; nobody here has one of this number.
    "notices/<int:number>/open/": [Probe("/notices/999999/open/", nobody_sees, "POST")],
    "notices/<int:number>/read/": [Probe("/notices/999999/read/", nobody_sees, "POST")],
    "push-sw.js": [Probe("/push-sw.js", everyone, public=True)],
    "cases/<int:case_id>/critical/": [
        Probe("/cases/{case}/critical/", acts_on_case, "POST"),
        Probe("/cases/{draft}/critical/", acts_on_draft, "POST"),
    ],
    "cases/<int:case_id>/critical/<int:number>/": [
        Probe("/cases/{case}/critical/999999/", acts_on_case, "POST"),
        Probe("/cases/{draft}/critical/999999/", acts_on_draft, "POST"),
    ],
    "capacity/": [
        Probe("/capacity/", plans),
        Probe("/capacity/", tries_planning, "POST", "cases_per_day=many"),
    ],
    "capacity/example.toml": [Probe("/capacity/example.toml", plans)],
    "capacity/<str:code>/": [Probe("/capacity/NONE/", no_such_plan)],
    "capacity/<str:code>/<slug:name>.<slug:kind>": [
        Probe("/capacity/NONE/result.json", no_such_plan),
    ],
    "norms/": [Probe("/norms/", everyone), Probe("/norms/?q=height&population=chinese", everyone)],
    "norms/ledger/": [Probe("/norms/ledger/", sees_ledger)],
    "norms/ledger/children/new/": [
        Probe(f"/norms/ledger/children/new/?study={UNASKED}", keeps_normal_child),
        Probe("/norms/ledger/children/new/", tries_normal_child, "POST", f"study={UNASKED}"),
    ],
    "norms/ledger/children/<str:code>/": [
        Probe("/norms/ledger/children/{normal_child}/", sees_normal_child),
        Probe("/norms/ledger/children/NONE/", nobody_sees),
    ],
    "norms/ledger/children/<str:code>/withdraw/": [
        # Without its reason nobody is withdrawn.
        Probe("/norms/ledger/children/{normal_child}/withdraw/", tries_normal_child, "POST"),
    ],
    "norms/ledger/readings/": [Probe("/norms/ledger/readings/", measures)],
    "norms/ledger/values/<str:code>/": [
        Probe("/norms/ledger/values/{normal_value}/", sees_normal_child),
    ],
    "norms/ledger/values/<str:code>/read/": [
        Probe("/norms/ledger/values/{normal_value}/read/", measures_normal_child, "POST"),
    ],
    "norms/ledger/values/<str:code>/decide/": [
        Probe("/norms/ledger/values/{normal_value}/decide/", measures_normal_child, "POST"),
    ],
    "norms/ledger/values/<str:code>/quality/": [
        Probe("/norms/ledger/values/{normal_value}/quality/", measures_normal_child, "POST"),
    ],
    "norms/ledger/table/": [
        Probe("/norms/ledger/table/", keeps_ledger),
        Probe("/norms/ledger/table/", tries_keeping, "POST"),
    ],
    "norms/ledger/table/template.csv": [
        Probe("/norms/ledger/table/template.csv", keeps_ledger),
    ],
    "norms/ledger/rules/": [
        Probe("/norms/ledger/rules/", sees_ledger),
        Probe("/norms/ledger/rules/", tries_keeping, "POST"),
    ],
    "norms/ledger/rules/<int:number>/close/": [
        Probe("/norms/ledger/rules/{normal_rule}/close/", tries_normal_child, "POST"),
    ],
    "norms/fits/": [
        Probe("/norms/fits/", reads_norm_fits),
        Probe("/norms/fits/", fits_norms, "POST", "source=none"),
    ],
    "norms/fits/<str:code>/": [
        Probe("/norms/fits/{norm_fit}/", reads_norm_fits),
        Probe("/norms/fits/NONE/", no_such_norm_fit),
    ],
    "norms/fits/<str:code>/draft/": [Probe("/norms/fits/{norm_fit}/draft/", fits_norms, "POST")],
    "norms/releases/": [Probe("/norms/releases/", everyone)],
    "norms/releases/<norm:norm_id>/": [
        Probe("/norms/releases/{norm_draft}/", reads_norm_draft),
        Probe("/norms/releases/{norm_released}/", everyone),
        Probe("/norms/releases/none@1/", nobody_sees),
    ],
    "norms/releases/<norm:norm_id>/sign/": [
        Probe("/norms/releases/{norm_draft}/sign/", signs_norm_draft, "POST", "sha256=x"),
    ],
    "norms/releases/<norm:norm_id>/close/": [
        Probe("/norms/releases/{norm_draft}/close/", closes_norm_draft, "POST", "reason="),
        Probe("/norms/releases/{norm_released}/close/", fits_norms, "POST", "reason="),
    ],
    "norms/releases/<norm:norm_id>/sites/": [
        Probe("/norms/releases/{norm_draft}/sites/", reads_norm_draft),
        Probe("/norms/releases/{norm_released}/sites/", everyone),
        Probe("/norms/releases/{norm_released}/sites/", fits_norms, "POST", "hospital=NONE"),
    ],
    "norms/releases/<norm:norm_id>/sites/undo/": [
        Probe("/norms/releases/{norm_released}/sites/undo/", fits_norms, "POST", "hospital=NONE"),
    ],
    "norms/releases/<norm:norm_id>/<str:name>": [
        Probe("/norms/releases/{norm_draft}/document.json", reads_norm_draft),
        Probe("/norms/releases/{norm_released}/table.csv", everyone),
        Probe("/norms/releases/{norm_released}/none.txt", nobody_sees),
    ],
    "norms/<norm:norm_id>/": [
        Probe("/norms/china-2013.height@1/", everyone),
        Probe("/norms/china-2013.height@1/", tries, "POST", "value=100&sex=F&age=4&age_unit=y"),
        Probe("/norms/none@1/", nobody_sees),
    ],
    "norms/<norm:norm_id>/sign/": [
        Probe("/norms/china-2013.height@1/sign/", signs_off_norms, "POST", "sha256=x"),
    ],
    "norms/<norm:norm_id>/<str:name>": [
        Probe("/norms/china-2013.height@1/chart.svg?sex=F", everyone),
        Probe("/norms/china-2013.height@1/none.txt", nobody_sees),
    ],
    "fusions/new/": [
        Probe(f"/fusions/new/?study={SUBJECT}", fuses),
        Probe("/fusions/new/?case={case}", fuses),
        Probe("/fusions/new/?case={draft}", fuses_on_draft),
        Probe("/fusions/new/", tries_fusing, "POST", f"fixed={SUBJECT}.1&moving={PRIOR}.1"),
    ],
    "fusions/<str:code>/": [
        Probe("/fusions/{fusion}/", case),
        Probe("/fusions/NONE/", nobody_sees),
    ],
    "fusions/<str:code>/cancel/": [Probe("/fusions/{fusion}/cancel/", acts_on_case, "POST")],
    "fusions/<str:code>/judge/": [Probe("/fusions/{fusion}/judge/", acts_on_case, "POST")],
    "fusions/<str:code>/files/<str:name>": [
        Probe("/fusions/{fusion}/files/contours.png", case),
        Probe("/fusions/{fusion}/files/none.png", nobody_sees),
    ],
    "fusions/<str:code>/tables/": [Probe("/fusions/{fusion}/tables/", acts_on_case, "POST")],
    "fusions/<str:code>/tables/<str:table>/insert/": [
        Probe("/fusions/{fusion}/tables/NONE/insert/", acts_on_case, "POST"),
    ],
    "measurements/new/": [
        Probe("/measurements/new/?case={case}", fuses),
        Probe("/measurements/new/?case={draft}", fuses_on_draft),
        Probe("/measurements/new/?child={child}", fuses),
        Probe("/measurements/new/", tries_fusing, "POST", f"study={SUBJECT}"),
    ],
    "measure/": [
        Probe("/measure/?case={case}", fuses),
        Probe("/measure/?case={draft}", fuses_on_draft),
        Probe(f"/measure/?study={SUBJECT}", fuses),
    ],
    "measure/preview/": [json("/measure/preview/", tries_fusing, "POST", MARKS)],
    "measure/keep/": [json("/measure/keep/", tries_fusing, "POST", MARKS)],
    "cases/<int:case_id>/measured/": [
        Probe("/cases/{case}/measured/", case),
        Probe("/cases/{draft}/measured/", draft),
    ],
    "cases/<int:case_id>/drawings/<str:code>/name/": [
        Probe("/cases/{case}/drawings/NONE/name/", nobody_sees, "POST", "meaning=graf/R"),
    ],
    "measurements/<str:code>/strike/": [
        Probe("/measurements/{measurement}/strike/", strikes, "POST"),
    ],
    "measurements/<str:code>/insert/": [
        Probe("/measurements/{measurement}/insert/", acts_on_case, "POST"),
    ],
    "measurements/<str:code>/report/": [
        Probe("/measurements/{height}/report/", reports, "POST"),
    ],
    "pathways/": [Probe("/pathways/", everyone)],
    "pathways/new/": [
        Probe("/pathways/new/", adds_pathways),
        Probe("/pathways/new/", tries_adding_pathways, "POST"),
    ],
    "pathways/<int:number>/withdraw/": [
        Probe("/pathways/999999/withdraw/", no_such_own_pathway, "POST"),
    ],
    "pathways/<slug:digest>/": [Probe("/pathways/no-such-text/", nobody_sees)],
    "pathways/<slug:digest>/text/": [Probe("/pathways/no-such-text/text/", nobody_sees)],
    "cases/<int:case_id>/pathway/": [
        Probe("/cases/{case}/pathway/", case),
        Probe("/cases/{draft}/pathway/", draft),
    ],
    "cases/<int:case_id>/pathway/choose/": [
        Probe("/cases/{case}/pathway/choose/", acts_on_case, "POST", "digest=none"),
        Probe("/cases/{draft}/pathway/choose/", acts_on_draft, "POST", "digest=none"),
    ],
    "cases/<int:case_id>/pathway/<slug:part>/": [
        Probe("/cases/{case}/pathway/report/", acts_on_case, "POST"),
        Probe("/cases/{draft}/pathway/intake/", acts_on_draft, "POST"),
    ],
    "cases/<int:case_id>/pathway/report/insert/": [
        Probe("/cases/{case}/pathway/report/insert/", acts_on_case, "POST"),
    ],
    "members/": [Probe("/members/", runs_hospital)],
    "members/peers/": [Probe("/members/peers/", tries_hospital, "POST")],
    "members/peers/<str:ae_title>/remove/": [
        Probe("/members/peers/NONE/remove/", tries_hospital, "POST"),
    ],
    "members/<str:login>/active/": [
        Probe("/members/nobody-here/active/", tries_hospital, "POST"),
    ],
    "members/<str:login>/reset/": [Probe("/members/nobody-here/reset/", tries_hospital, "POST")],
    "alliance/": [Probe("/alliance/", everyone)],
    "alliance/hospitals/<str:code>/": [
        Probe("/alliance/hospitals/ASK/", everyone),
        Probe("/alliance/hospitals/THIRD/", everyone),
        Probe("/alliance/hospitals/NONE/", nobody_sees),
        Probe("/alliance/hospitals/ASK/", leads_alliance, "POST"),
    ],
    "alliance/hospitals/<str:code>/agreements/": [
        Probe("/alliance/hospitals/ASK/agreements/", leads_alliance, "POST"),
    ],
    "alliance/hospitals/<str:code>/agreements/<int:number>/remove/": [
        Probe("/alliance/hospitals/ASK/agreements/999999/remove/", leads_alliance, "POST"),
    ],
    "alliance/members/<str:login>/": [
        Probe("/alliance/members/author/", looks_after_author),
        Probe("/alliance/members/author/", tries_author, "POST"),
    ],
    "alliance/roster/": [
        Probe("/alliance/roster/", everyone),
        Probe("/alliance/roster/", makes_roster, "POST"),
    ],
    "alliance/roster/copy/": [
        Probe("/alliance/roster/copy/", makes_roster, "POST", "week=2026-03-02"),
    ],
    "alliance/roster/<int:number>/remove/": [
        Probe("/alliance/roster/999999/remove/", makes_roster, "POST"),
    ],
    "alliance/import/": [
        Probe("/alliance/import/", keeps_books),
        Probe("/alliance/import/", makes_roster, "POST"),
    ],
    "alliance/import/<str:kind>.csv": [Probe("/alliance/import/shifts.csv", everyone)],
    "alliance/export/<str:kind>.csv": [
        Probe("/alliance/export/shifts.csv", keeps_books),
        Probe("/alliance/export/hospitals.csv", leads_alliance),
        Probe("/alliance/export/nothing.csv", nobody_sees),
    ],
    "children/<int:number>/": [Probe("/children/{child}/", joins_children)],
    "children/<int:number>/join/": [Probe("/children/{child}/join/", tries_children, "POST")],
    "children/<int:number>/links/<int:link_number>/undo/": [
        # The one who may would undo it; a number that does not exist shows the door as well.
        Probe("/children/{child}/links/999999/undo/", tries_children, "POST"),
    ],
    "children/<int:number>/timeline/": [Probe("/children/{child}/timeline/", study)],
    "children/<int:number>/measurements/": [
        Probe("/children/{child}/measurements/", study),
    ],
    "children/<int:number>/pair/": [
        Probe(f"/children/{{child}}/pair/?pick={SUBJECT}&pick={PRIOR}&to=compare", study),
    ],
    "children/<int:number>/fetal/": [
        Probe("/children/{child}/fetal/", tries_children, "POST", "reason=x"),
    ],
    "children/<int:number>/fetal/<int:link_number>/undo/": [
        Probe("/children/{child}/fetal/999999/undo/", tries_children, "POST"),
    ],
    "cases/<int:case_id>/priors/": [
        Probe("/cases/{case}/priors/", acts_on_case, "POST", f"study={PRIOR}"),
        Probe("/cases/{draft}/priors/", acts_on_draft, "POST", f"study={PRIOR}"),
    ],
}


def routes(resolver: URLResolver, prefix: str = "") -> Iterator[str]:
    for pattern in resolver.url_patterns:
        text = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from routes(pattern, text)
        else:
            yield text


def test_every_route_is_in_the_table() -> None:
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
        .replace("{measurement}", made.measurement)
        .replace("{height}", made.height)
        .replace("{normal_child}", made.normal_child)
        .replace("{normal_value}", made.normal_value)
        .replace("{normal_rule}", str(made.normal_rule))
        .replace("{norm_fit}", made.norm_fit)
        .replace("{norm_draft}", made.norm_draft)
        .replace("{norm_released}", made.norm_released)
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
    for probe in probes:
        url = _url(probe, made)
        got = _kind(_ask(client, probe, url))
        expected = probe.rule(person)
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
    last = ("/logout/",)
    probes = [one for many in TABLE.values() for one in many if one.method not in ("GET", "HEAD")]
    probes.sort(key=lambda one: one.url in last)
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
