"""Documents of norms byte for byte, what a release must say, and who may sign it."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_norms import FOREIGN, norm, published, sites, table

from tongying.kernel.caveat import Caveat
from tongying.norms.forms.mean_sd import MeanSd, MeanSdRows, Rows
from tongying.norms.forms.parameter_table import ParameterTable, SexTable, Tails
from tongying.norms.forms.upper_limit import LimitRows, UpperLimit
from tongying.norms.method import MeasuringMethod
from tongying.norms.norm import Norm, Origin, Population, Route, SignOff
from tongying.norms.release.document import (
    DocumentRefused,
    digest,
    document_of,
    making_from,
    norm_from,
)
from tongying.norms.release.making import Band, Making, entries_digest
from tongying.norms.release.release import (
    Release,
    ReleaseRefused,
    missing,
    release_from,
    release_of,
)
from tongying.norms.release.signing import (
    ExpertNeeded,
    Signature,
    SignatureRefused,
    check_signature,
    is_complete,
    may_sign,
)
from tongying.norms.sex import Sex

MADE = Making(
    bands=(Band(0.0, 3000.0, Sex.FEMALE, 130), Band(3000.0, 6600.0, Sex.FEMALE, 120)),
    code_version="0.1.0",
    settings={"families": ["bccg"], "seed": 7, "near": 182.625},
    diagnostics_sha256="d" * 64,
    entries_sha256=entries_digest(["E1", "E2"]),
)
RELEASED = document_of(norm(sites=sites()), MADE)
DOCUMENTS = {
    "released": norm(sites=sites(), caveats=(Caveat("norms.test", "A sentence."),)),
    "heavy": norm(form=table("bct", ((0.0, 60.0, 0.1, 1 / 3, 5.0), (9.5, 6.1, 0.1, -1, 5)), None)),
    "tails": published(form=table(tails=Tails.WHO_WEIGHT), population=FOREIGN),
    "limits": published(form=UpperLimit({None: LimitRows((0.0, 400.0), (60.0, 80.0), 6600.0)})),
    "bands": published(form=MeanSd(Rows.BANDS, {None: MeanSdRows((0.0, 1.0), (6.0,), (1.5,))})),
}  # fmt: skip


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_document_survives_a_round_trip_byte_for_byte(name: str):
    text = document_of(DOCUMENTS[name])
    read = norm_from(text)
    assert document_of(read) == text
    assert read.sha256 == digest(text)
    assert read.form.as_json() == DOCUMENTS[name].form.as_json()
    assert replace(read, form=None, uncertainty=None) == replace(
        DOCUMENTS[name], form=None, uncertainty=None
    )


def test_a_document_is_canonical():
    text = document_of(norm())
    assert text.endswith("}\n")
    assert ", " not in text.replace("Children, ", "")
    assert list(json.loads(text)) == sorted(json.loads(text))
    assert '"chinese":"测试儿童"' in text
    signed = norm(signed_off=(SignOff("A", date(2026, 1, 1)),))
    assert document_of(signed) == text


@settings(max_examples=50, deadline=None)
@given(
    st.lists(st.floats(-1e300, 1e300), min_size=2, max_size=6),
    st.floats(min_value=5e-324, max_value=1e300),
)
def test_every_float_comes_back_exactly(row: list[float], spread: float):
    x = np.arange(float(len(row)))
    form = ParameterTable("normal", {None: SexTable(x, np.array([row, [spread] * len(row)]))})
    read = norm_from(document_of(published(form=form))).form
    assert isinstance(read, ParameterTable)
    assert read.tables[None].natural.tolist() == form.tables[None].natural.tolist()


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_any_changed_byte_changes_the_digest(data: st.DataObject):
    text = RELEASED
    place = data.draw(st.integers(0, len(text) - 1))
    other = data.draw(st.characters(codec="utf-8").filter(lambda one: one != text[place]))
    changed = text[:place] + other + text[place + 1 :]
    assert digest(changed) != digest(text)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda text: text[:-1],
        lambda text: text.replace(":", ": ", 1),
        lambda text: text.replace('"id"', '"idd"'),
        lambda text: text.replace("tongying-norm/1", "tongying-norm/2"),
        lambda text: text.replace('"axis":"age"', '"axis":"shoe-size"'),
        lambda text: "{" + text,
        lambda text: "[]",
    ],
)
def test_what_is_not_a_canonical_document_is_refused(spoil):
    with pytest.raises(DocumentRefused):
        norm_from(spoil(document_of(norm())))


def test_a_number_that_is_none_is_refused():
    with pytest.raises(DocumentRefused):
        document_of(norm(), replace(MADE, settings={"seed": float("nan")}))


def test_a_release_says_how_it_was_made():
    release = release_of(norm(), MADE)
    assert release_from(release.text).text == release.text
    assert making_from(release.text) == MADE
    assert making_from(document_of(norm())) is None
    assert release.sha256 == digest(release.text)
    assert document_of(norm_from(release.text), MADE) == release.text


LACKS: list[tuple[dict[str, object], dict[str, object], str]] = [
    ({"id": "test.kidney"}, {}, "its id has no version"),
    ({"origin": Origin.PUBLISHED}, {}, "it was not made here"),
    ({"route": Route.NOT_STATED}, {}, "direct or indirect is not stated"),
    ({"method": MeasuringMethod()}, {}, "the measuring method is not stated"),
    ({"uncertainty": None}, {}, "how well its centiles are known is not stated"),
    ({}, {"bands": ()}, "the number of children in each band is not stated"),
    ({"population": Population("c", "c", "CN", None)}, {}, "fewer children than the population"),
    ({"population": Population("c", "c", "CN", 251)}, {}, "fewer children than the population"),
    ({}, {"code_version": ""}, "the version of the program is not stated"),
    ({}, {"settings": {}}, "the settings of the fit are not stated"),
    ({}, {"diagnostics_sha256": "none"}, "the diagnostics are not tied to it"),
    ({}, {"entries_sha256": ""}, "the children's entries are not tied to it"),
]


@pytest.mark.parametrize(("of_norm", "of_making", "says"), LACKS)
def test_what_a_release_must_say(
    of_norm: dict[str, object], of_making: dict[str, object], says: str
):
    assert missing(norm(), MADE) == ()
    lacking, made = replace(norm(), **of_norm), replace(MADE, **of_making)
    with pytest.raises(ReleaseRefused, match=says):
        release_of(lacking, made)


def test_a_release_is_the_release_of_its_own_document():
    release = release_of(norm(), MADE)
    with pytest.raises(ReleaseRefused):
        Release(norm("test.other@1"), MADE, release.text)
    with pytest.raises(ReleaseRefused):
        release_from(document_of(norm()))


def test_the_entries_digest_does_not_depend_on_their_order():
    assert entries_digest(["E2", "E1"]) == entries_digest({"E1", "E2"})
    assert entries_digest(["E1"]) != MADE.entries_sha256


def signature(person: str, expert: bool, sha: str = "s") -> Signature:
    return Signature(person, expert, sha, date(2026, 1, 1 if person == "Li" else 2))


EVERYBODY = [
    (person, expert, sha)
    for person in ("Li", "Wang")
    for expert in (True, False)
    for sha in ("s", "t")
]


@pytest.mark.parametrize("first", EVERYBODY)
@pytest.mark.parametrize("second", EVERYBODY)
def test_two_people_one_expert_one_document(
    first: tuple[str, bool, str], second: tuple[str, bool, str]
):
    """The whole product: signed by two different people, one an expert, of this document."""
    both = [signature(*first), signature(*second)]
    wanted = first[0] != second[0] and (first[1] or second[1]) and first[2] == second[2] == "s"
    assert is_complete(both, "s") is wanted
    counted = [one for one in both[:1] if one.sha256 == "s"]
    allowed = second[2] == "s" and not any(one.person == second[0] for one in counted)
    if counted and not (first[1] or second[1]):
        allowed = False
    assert may_sign(both[1], both[:1], "s") is allowed


def test_refused_signatures_say_why():
    with pytest.raises(SignatureRefused, match="changed"):
        check_signature(signature("Li", True, "old"), [], "s")
    with pytest.raises(SignatureRefused, match="twice"):
        check_signature(signature("Li", True), [signature("Li", True)], "s")
    with pytest.raises(ExpertNeeded):
        check_signature(signature("Li", False), [signature("Wang", False)], "s")
    check_signature(signature("Li", False), [], "s")


def test_form_of_the_norm_is_kept() -> None:
    read: Norm = norm_from(document_of(norm()))
    assert isinstance(read.form, ParameterTable)
