"""Every published norm can be written down, exported and scored, one by one and in bulk."""

from __future__ import annotations

import numpy as np
import pytest
from fhir.resources.R4B.observationdefinition import ObservationDefinition

from tongying.norms.axis import AxisKind
from tongying.norms.catalogue.loading import catalogue
from tongying.norms.forms.form import Distribution, Position
from tongying.norms.norm import Norm
from tongying.norms.release.csv_table import csv_table
from tongying.norms.release.document import digest, document_of, norm_from
from tongying.norms.release.observation_definition import observation_definition
from tongying.norms.score.bulk import BulkScorer
from tongying.norms.score.result import ChildFacts, Measured
from tongying.norms.score.score import score
from tongying.norms.sex import Sex

KNOWN = catalogue()
WHOLE = sorted(name for name, norm in KNOWN.items() if isinstance(norm.form, Distribution))
PARTS = sorted(set(KNOWN) - set(WHOLE))


def facts(norm: Norm, x: float, sex: Sex) -> ChildFacts | None:
    """Return a child who stands at a place of the norm's axis; None where a body decides."""
    match norm.axis:
        case AxisKind.AGE:
            return ChildFacts(age_days=x, sex=sex)
        case AxisKind.CORRECTED_AGE:
            return ChildFacts(age_days=x, sex=sex, gestation_days=280)
        case AxisKind.GESTATIONAL_AGE:
            return ChildFacts(gestational_age_days=7.0 * x, sex=sex)
        case AxisKind.HEIGHT:
            return ChildFacts(height_cm=x, sex=sex)
        case _:
            return None


@pytest.mark.parametrize("name", sorted(KNOWN))
def test_documents_of_the_catalogue_survive(name: str):
    text = document_of(KNOWN[name])
    read = norm_from(text)
    assert document_of(read) == text
    assert read.sha256 == digest(text)


@pytest.mark.parametrize("name", sorted(KNOWN))
def test_exports_of_the_catalogue(name: str):
    norm = KNOWN[name]
    resource = observation_definition(norm)
    ObservationDefinition.model_validate(resource)
    rows = [line for line in csv_table(norm).splitlines() if not line.startswith("#")]
    assert len(rows) > 1
    assert "nan" not in "".join(rows[1:]).casefold()


@pytest.mark.parametrize("name", WHOLE)
def test_scores_of_the_catalogue_one_by_one_and_in_bulk(name: str):
    norm = KNOWN[name]
    assert isinstance(norm.form, Distribution)
    scorer = BulkScorer(norm)
    for sex in Sex:
        asked = sex if norm.form.by_sex() else None
        low, high = norm.form.range(asked)
        x = np.linspace(low, high, 5)
        z = np.array([-0.5, -0.2, 0.0, 0.5, 1.5])
        value = norm.form.value(z, x, asked)
        found = scorer.score(value, x, np.full(5, str(sex)))
        assert not found.refusal.any()
        np.testing.assert_allclose(found.z, z, atol=1e-8)
        for number in range(5):
            child = facts(norm, float(x[number]), sex)
            if child is None:
                continue
            measured = Measured(norm.measure, float(value[number]), norm.unit, norm.method)
            result = score(measured, child, None, KNOWN, norm=name)
            assert result.z == pytest.approx(float(found.z[number]), abs=1e-9)
            assert result.position is Position.WITHIN
            codes = {caveat.code for caveat in result.caveats}
            assert ("norms.foreign" in codes) is norm.population.foreign
            assert "norms.unsigned" in codes


def test_a_lower_limit_below_nothing_is_none():
    """At 20 weeks the third ventricle's printed mean less two SD is below no volume."""
    norm = KNOWN["svrtk-2025.fetal-third-ventricle-volume@1"]
    assert isinstance(norm.form, Distribution)
    low = norm.form.value(np.array([-1.96]), np.array([20.0]), None)[0]
    assert low < 0
    middle = float(norm.form.value(np.zeros(1), np.array([20.0]), None)[0])
    measured = Measured(norm.measure, middle, norm.unit, norm.method)
    fetus = ChildFacts(gestational_age_days=140.0)
    result = score(measured, fetus, None, KNOWN, norm=norm.id)
    assert (result.low, result.position) == (None, Position.WITHIN)
    assert "norms.no-lower-limit" in {caveat.code for caveat in result.caveats}
    first = observation_definition(norm)["qualifiedInterval"][0]
    assert "low" not in first["range"]


@pytest.mark.parametrize("name", PARTS)
def test_norms_of_limits_have_a_place_and_no_score(name: str):
    norm = KNOWN[name]
    low, high = norm.form.range(Sex.FEMALE if norm.form.by_sex() else None)
    child = facts(norm, (low + high) / 2, Sex.FEMALE)
    assert child is not None
    place = norm.form.place((low + high) / 2, (low + high) / 2, Sex.FEMALE)  # type: ignore[attr-defined]
    value = place.expected or place.high
    result = score(
        Measured(norm.measure, value, norm.unit, norm.method), child, None, KNOWN, norm=name
    )
    assert (result.z, result.centile, result.centile_interval) == (None, None, None)
    assert result.limits_say == place.says
    assert "norms.no-distribution" in {caveat.code for caveat in result.caveats}


@pytest.mark.parametrize("name", ["who-2006.height@1", "china-2013.weight@1"])
def test_a_thousand_random_children_one_by_one(name: str):
    """The bulk scores of 1,000 children are those of the form itself, to 1e-9."""
    random, norm = np.random.default_rng(3), KNOWN[name]
    low, high = norm.form.range(Sex.MALE)
    x = random.uniform(low, high, 1000)
    assert isinstance(norm.form, Distribution)
    value = norm.form.value(random.normal(0, 1.5, 1000), x, Sex.MALE)
    found = BulkScorer(norm).score(value, x, np.full(1000, "M"))
    np.testing.assert_allclose(found.z, norm.form.z(value, x, Sex.MALE), atol=1e-9)
