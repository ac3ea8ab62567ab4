"""A request that is tried as everybody, and the addresses that requests share."""

from __future__ import annotations

from dataclasses import dataclass

from access_rules import Rule, study, unasked
from world import PRIOR, SUBJECT, UNASKED


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
