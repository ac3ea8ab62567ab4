"""The CapabilityStatement, generated from the table that routes the requests.

References
----------
HL7 FHIR R4, http://hl7.org/fhir/R4/capabilitystatement.html
"""

from __future__ import annotations

from tongying import __version__
from tongying.web.fhir.kinds import KINDS, Interaction, Kind
from tongying.web.fhir.mapping.elements import Json, without_empty

CHANGED_ON = "2026-11-22"
"""The day on which what this statement says last changed."""
FHIR_VERSION = "4.0.1"


def capability_statement(*, base: str) -> Json:
    """Return what this service can do; `base` is its absolute address, ending in ``/``."""
    return {
        "resourceType": "CapabilityStatement",
        "id": "tongying",
        "status": "active",
        "date": CHANGED_ON,
        "kind": "instance",
        "software": {"name": "Tongying", "version": __version__},
        "implementation": {
            "description": "Tongying, a paediatric imaging alliance (research use only)",
            "url": base.rstrip("/"),
        },
        "fhirVersion": FHIR_VERSION,
        "format": ["application/fhir+json", "json"],
        "rest": [
            {
                "mode": "server",
                "documentation": (
                    "Read only. A resource that the reader may not see does not exist (404)."
                ),
                "security": {
                    "cors": False,
                    "description": "A bearer token, or the session of a person who is logged in.",
                },
                "resource": [_resource(kind) for kind in KINDS.values()],
            }
        ],
    }


def _resource(kind: Kind) -> Json:
    versioned = Interaction.VREAD in kind.interactions
    return without_empty(
        {
            "type": kind.name,
            "documentation": kind.doc,
            "interaction": [{"code": interaction.value} for interaction in kind.interactions],
            "versioning": "versioned" if versioned else "no-version",
            "readHistory": versioned,
            "searchParam": [
                without_empty(
                    {"name": param.name, "type": param.type.value, "documentation": param.doc}
                )
                for param in kind.params
            ],
        }
    )
