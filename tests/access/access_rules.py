"""What each person may expect of a route: one rule a function."""

from __future__ import annotations

from collections.abc import Callable

from people import ASKING, Person

from tongying.consult.people import Role

OPEN, HIDDEN, FORBIDDEN, LOGIN, TRIED = "open", "hidden", "forbidden", "login", "tried"
"""TRIED: lets the person through to the act, which may still refuse it for another reason."""

Rule = Callable[[Person], str]


READING = frozenset({Role.REQUESTER, Role.EXPERT, Role.TRAINEE})
VENDORS_OWN = (
    *("/vendor/", "/account/", "/notices/", "/help/keys/", "/login/", "/logout/", "/language/"),
    *("/healthz", "/verify/", "/r/", "/push-sw.js"),
)
VENDORS_EXACTLY = ("/", "/cases/", "/metrics", "/fhir/metadata", "/api/openapi.json")


def vendor_expects(url: str, others: str) -> str:
    """A vendor finds their own pages and what is public; anything else does not exist."""
    path = url.partition("?")[0]
    return others if path.startswith(VENDORS_OWN) or path in VENDORS_EXACTLY else HIDDEN


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


def reads_beside_models(person: Person) -> str:
    """Say something of a study or of what a model found there: who reads images and sees it."""
    if not person.sees_case:
        return HIDDEN
    return TRIED if person.role in READING else FORBIDDEN


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


def asks_a_model(person: Person) -> str:
    asking = (Role.EXPERT, Role.REQUESTER, Role.TECHNOLOGIST, Role.RESEARCHER)
    if person.role not in asking:
        return FORBIDDEN
    return TRIED if person.sees_case else HIDDEN


def saves_ai_rules(person: Person) -> str:
    return TRIED if person.role is Role.ADMIN else FORBIDDEN
