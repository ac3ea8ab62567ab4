"""Routes of the evidence about models, of needs, products and vendors."""

from __future__ import annotations

from access_probes import Probe, S
from access_rules import FORBIDDEN, HIDDEN, OPEN, TRIED, acts_on_case, everyone, nobody_sees, tries
from people import ASKING, Person

from tongying.consult.people import Role


def speaks_for_a_vendor(person: Person) -> str:
    return OPEN if person.role is Role.VENDOR else FORBIDDEN


def moves_models(person: Person) -> str:
    """Where a model stands, what its incidents and alarms came to: experts, administrators."""
    return TRIED if person.role in (Role.EXPERT, Role.ADMIN) else FORBIDDEN


def answers_for_models(person: Person) -> str:
    """The same people, and only what happened at their own hospital."""
    if moves_models(person) == FORBIDDEN:
        return FORBIDDEN
    return TRIED if person.hospital == ASKING else HIDDEN


def evaluates_models(person: Person) -> str:
    evaluating = (Role.EXPERT, Role.RESEARCHER, Role.ADMIN)
    return TRIED if person.role in evaluating else FORBIDDEN


def evaluates_on_set(person: Person) -> str:
    if evaluates_models(person) == FORBIDDEN:
        return FORBIDDEN
    return TRIED if person.hospital == ASKING else HIDDEN


def sees_own_evidence(person: Person) -> str:
    """Frozen sets and evaluations are their hospital's."""
    return OPEN if person.hospital == ASKING else HIDDEN


def takes_needs_on(person: Person) -> str:
    """Nobody has taken this one on; whoever leads, at any hospital, may."""
    leading = (Role.EXPERT, Role.RESEARCHER, Role.COORDINATOR, Role.ADMIN)
    return TRIED if person.role in leading else FORBIDDEN


def keeps_inventory(person: Person) -> str:
    keeping = (Role.ADMIN, Role.COORDINATOR, Role.RESEARCHER)
    return TRIED if person.role in keeping else FORBIDDEN


def tells_truth(person: Person) -> str:
    """Whoever sees the study and asks, reads or researches."""
    if person.role not in (Role.EXPERT, Role.REQUESTER, Role.RESEARCHER):
        return FORBIDDEN
    return TRIED if person.sees_case else HIDDEN


def gives_vendors_accounts(person: Person) -> str:
    return TRIED if person.role is Role.ADMIN else FORBIDDEN


EVIDENCE: dict[str, list[Probe]] = {
    "studies/<str:uid>/ai/truth/": [
        Probe(f"/{S}/ai/truth/", tells_truth, "POST", "kind=motion&present=yes&level=surgery"),
    ],
    "ai/runs/<str:code>/failure/": [
        Probe(
            "/ai/runs/{ai_run}/failure/", acts_on_case, "POST", "item=missed&kind=other&lesson=x"
        ),
        Probe("/ai/runs/{ai_shadow}/failure/", nobody_sees, "POST"),
    ],
    "products/speakers/": [Probe("/products/speakers/", gives_vendors_accounts, "POST")],
    "ai/": [Probe("/ai/", everyone)],
    "ai/models/<slug:card_id>/": [
        Probe("/ai/models/finder/", everyone),
        Probe("/ai/models/no-such-model/", nobody_sees),
    ],
    "ai/models/<slug:card_id>/standing/": [
        Probe("/ai/models/finder/standing/", moves_models, "POST", "to=shadow&reason=x"),
    ],
    "ai/models/<slug:card_id>/incidents/": [
        Probe("/ai/models/finder/incidents/", tries, "POST"),
    ],
    "ai/models/<slug:card_id>/incidents/<str:code>/": [
        Probe("/ai/models/finder/incidents/{incident}/", answers_for_models, "POST", "outcome=x"),
    ],
    "ai/models/<slug:card_id>/alarms/<int:number>/": [
        Probe("/ai/models/finder/alarms/{ai_alarm}/", answers_for_models, "POST", "answer=x"),
    ],
    "ai/sets/": [
        Probe("/ai/sets/", everyone),
        Probe("/ai/sets/", evaluates_models, "POST"),
    ],
    "ai/sets/<str:code>/": [
        Probe("/ai/sets/{frozen_set}/", sees_own_evidence),
        Probe("/ai/sets/{frozen_set}/", evaluates_on_set, "POST", "model=finder@1"),
    ],
    "ai/evaluations/<str:code>/": [Probe("/ai/evaluations/{evaluation}/", sees_own_evidence)],
    "ai/failures/": [Probe("/ai/failures/", everyone)],
    "ai/failures/<str:code>/teaching/": [
        Probe("/ai/failures/{failure}/teaching/", answers_for_models, "POST", "teachable=1"),
    ],
    "vendor/": [Probe("/vendor/", speaks_for_a_vendor)],
    "needs/": [Probe("/needs/", everyone), Probe("/needs/", tries, "POST")],
    "needs/<str:code>/": [
        Probe("/needs/{need}/", everyone),
        Probe("/needs/NONE/", nobody_sees),
    ],
    "needs/<str:code>/move/": [
        Probe("/needs/{need}/move/", takes_needs_on, "POST", "stage=accepted&words=x"),
    ],
    "needs/<str:code>/vote/": [Probe("/needs/{need}/vote/", tries, "POST")],
    "products/": [
        Probe("/products/", everyone),
        Probe("/products/", keeps_inventory, "POST", "what=product"),
    ],
    "products/<str:code>/use/": [
        Probe("/products/{product}/use/", keeps_inventory, "POST", "used=1"),
    ],
}
