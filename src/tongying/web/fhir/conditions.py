"""From the terms of a FHIR search to conditions on rows, one function a kind of parameter."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import MAXYEAR, MINYEAR, UTC, datetime
from typing import Any

from django.db.models import Q

from tongying.consult.people import Viewer
from tongying.web.cases.models import CaseStudy
from tongying.web.fhir.mapping.elements import (
    CASE_NUMBER,
    DCM,
    REFERRAL_NUMBER,
    hospital_code,
    patient_system,
)
from tongying.web.fhir.mapping.imaging import DICOM_UID
from tongying.web.fhir.search import Span, Token, days
from tongying.web.records.models import Child, Series
from tongying.web.records.visible import cases_for

Condition = Callable[[Any], Q]
"""Takes one alternative of a parameter's value."""

NOTHING = Q(pk__in=[])
EVERYTHING = Q(pk__isnull=False)
"""Unlike an empty Q, it stays itself when joined to another condition by "or"."""
_NUMBER = re.compile(r"TY-(\d{4})-(\d{6,12})")
_ID = re.compile(r"[0-9]{1,18}")


def number(column: str) -> Condition:
    """Match a numeric id, given as a token or as the id of a reference."""

    def condition(term: Token | str) -> Q:
        id_ = term.code if isinstance(term, Token) else term
        return Q(**{column: int(id_)}) if _ID.fullmatch(id_) else NOTHING

    return condition


def text(column: str, system: str | None = None) -> Condition:
    """Match a token's code with a column; a given system must be this one."""

    def condition(term: Token) -> Q:
        fits = term.system is None or term.system == (system or "")
        return Q(**{column: term.code}) if fits and term.code else NOTHING

    return condition


def mapped(column: str, table: Mapping[Any, str]) -> Condition:
    """Match a code with every key of a table that maps to it."""

    def condition(term: Token) -> Q:
        keys = [str(key) for key, code in table.items() if code == term.code]
        return Q(**{f"{column}__in": keys}) if keys else NOTHING

    return condition


def moment(column: str) -> Condition:
    """Match a span with a column that keeps a moment."""

    def condition(span: Span) -> Q:
        match span.prefix:
            case "gt":
                return Q(**{f"{column}__gte": span.high})
            case "lt":
                return Q(**{f"{column}__lt": span.low})
            case "ge":
                return Q(**{f"{column}__gte": span.low})
            case "le":
                return Q(**{f"{column}__lt": span.high})
            case _:
                return Q(**{f"{column}__gte": span.low, f"{column}__lt": span.high})

    return condition


def day(column: str) -> Condition:
    """Match a span with a column that keeps a day."""

    def condition(span: Span) -> Q:
        first, last = days(span)
        found = Q(**{f"{column}__isnull": False})
        if first is not None:
            found &= Q(**{f"{column}__gte": first})
        if last is not None:
            found &= Q(**{f"{column}__lte": last})
        return found

    return condition


def present(column: str, *, yes: str, no: str) -> Condition:
    """Match one code where a column has a value, and another where it has none."""
    return lambda term: {
        yes: Q(**{f"{column}__isnull": False}),
        no: Q(**{f"{column}__isnull": True}),
    }.get(term.code, NOTHING)


def prefixed(prefix: str, column: str) -> Condition:
    """Match an id of a prefix, a hyphen and a number, given as a token or in a reference."""

    def condition(term: Token | str) -> Q:
        id_ = term.code if isinstance(term, Token) else term
        head, _, rest = id_.partition("-")
        return number(column)(rest) if head == prefix else NOTHING

    return condition


def word_of(column: str, system: str) -> Condition:
    """Match a code with one of the words of a column that keeps several, separated by spaces."""

    def condition(term: Token) -> Q:
        if term.system not in (None, system) or re.fullmatch(r"[a-z0-9-]{1,40}", term.code) is None:
            return NOTHING
        return Q(**{f"{column}__regex": rf"(^| ){term.code}( |$)"})

    return condition


def flag(column: str) -> Condition:
    """Match ``true`` or ``false``."""
    wanted = {"true": Q(**{column: True}), "false": Q(**{column: False})}
    return lambda term: wanted.get(term.code, NOTHING)


def nothing(term: Token | Span | str) -> Q:
    """Match nothing: no resource of this source has such a value."""
    return NOTHING


def referral_number(term: Token) -> Q:
    """Match the number of a referral: its case's, ``-R`` and its own."""
    head, _, own = term.code.rpartition("-R")
    if term.system not in (None, REFERRAL_NUMBER) or not _ID.fullmatch(own):
        return NOTHING
    return Q(pk=int(own)) & case_number("case__")(Token(None, head))


def either(first: Condition, second: Condition) -> Condition:
    """Match what either condition matches."""
    return lambda term: first(term) | second(term)


def words(*columns: str) -> Condition:
    """Match when a column contains the words."""

    def condition(term: str) -> Q:
        found = NOTHING
        for column in columns:
            found |= Q(**{f"{column}__icontains": term})
        return found

    return condition


def constant(code: str) -> Condition:
    """Match everything when the token has this code."""
    return lambda term: EVERYTHING if term.code == code else NOTHING


def case_number(prefix: str = "") -> Condition:
    """Match a case's number, such as ``TY-2026-000123`` (its year is that of UTC)."""

    def condition(term: Token) -> Q:
        found = _NUMBER.fullmatch(term.code)
        if term.system not in (None, CASE_NUMBER) or found is None:
            return NOTHING
        year = int(found[1])
        if not MINYEAR < year < MAXYEAR:
            return NOTHING
        first, last = datetime(year, 1, 1, tzinfo=UTC), datetime(year + 1, 1, 1, tzinfo=UTC)
        return Q(
            **{
                f"{prefix}id": int(found[2]),
                f"{prefix}created_at__gte": first,
                f"{prefix}created_at__lt": last,
            }
        )

    return condition


def patient_identifier(term: Token) -> Q:
    """Match a child's number; a given system must be that of its issuer."""
    if not term.code:
        return NOTHING
    same = Child.objects.filter(local_id=term.code)
    if term.system is None:
        return Q(local_id=term.code)
    fitting = [
        pk
        for pk, hospital, issuer in same.values_list("pk", "hospital_id", "issuer")
        if patient_system(hospital, issuer) == term.system
    ]
    return Q(pk__in=fitting)


def child_name(term: str) -> Q:
    """Match when every word is found in the name, its pinyin or their initials."""
    found = EVERYTHING
    for word in term.lower().split():
        found &= Q(name_search__contains=word)
    return found


def study_identifier(term: Token) -> Q:
    """Match a Study Instance UID (system ``urn:dicom:uid``) or an accession number (no system)."""
    uid = Q(uid=term.code.removeprefix("urn:oid:"))
    accession = Q(accession_number=term.code)
    if not term.code:
        return NOTHING
    if term.system is None:
        return uid | accession
    return {DICOM_UID: uid, "": accession}.get(term.system, NOTHING)


def study_modality(term: Token) -> Q:
    """Match a modality of the study."""
    if term.system not in (None, DCM) or not term.code:
        return NOTHING
    return Q(pk__in=Series.objects.filter(modality=term.code).values("study_id"))


def asked_in(viewer: Viewer) -> Condition:
    """Match the studies that a case the viewer sees asks about."""

    def condition(term: str) -> Q:
        asked = CaseStudy.objects.filter(number("case_id")(term), case__in=cases_for(viewer))
        return Q(pk__in=asked.filter(prior=False).values("study_id"))

    return condition


def organization_code(column: str) -> Condition:
    """Match a hospital by the id of its resource."""

    def condition(term: Token | str) -> Q:
        id_ = term.code if isinstance(term, Token) else term
        return Q(**{column: hospital_code(id_)})

    return condition


def opinion_status(term: Token) -> Q:
    """Match a first version (final) or a later one (amended)."""
    return {"final": Q(version=1), "amended": Q(version__gt=1)}.get(term.code, NOTHING)


def opinion_version(term: str) -> Q:
    """Match the version that a reference names, or every version of the report it names."""
    found = re.fullmatch(r"(\d{1,18})(?:/_history/(\d{1,9}))?", term)
    if found is None:
        return NOTHING
    exact = Q(version=int(found[2])) if found[2] else EVERYTHING
    return Q(case_id=int(found[1])) & exact


def signature_id(term: Token) -> Q:
    """Match the id of a signature: the case's and the version, joined by a hyphen."""
    return opinion_version(term.code.replace("-", "/_history/")) if "-" in term.code else NOTHING
