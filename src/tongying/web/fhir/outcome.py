"""Refusals as FHIR says them: the OperationOutcome.

References
----------
HL7 FHIR R4, http://hl7.org/fhir/R4/operationoutcome.html and valueset-issue-type.html
"""

from __future__ import annotations

from tongying.web.fhir.mapping.elements import Json

ISSUE_TYPE = {
    400: "invalid",
    401: "login",
    403: "forbidden",
    404: "not-found",
    405: "not-supported",
    406: "not-supported",
    409: "conflict",
    500: "exception",
}
"""HTTP status to issue type."""


def operation_outcome(status: int, sentence: str) -> Json:
    """Return a refusal with its sentence."""
    return {
        "resourceType": "OperationOutcome",
        "issue": [
            {"severity": "error", "code": ISSUE_TYPE[status], "diagnostics": sentence},
        ],
    }
