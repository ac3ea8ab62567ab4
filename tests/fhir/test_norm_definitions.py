"""Reference values as ObservationDefinition, by two validators that were not written here."""

from __future__ import annotations

from r4 import faults_by_definitions, faults_by_models

from tongying.norms.catalogue.loading import catalogue
from tongying.norms.release.observation_definition import observation_definition

SOME = (
    "china-2013.height@1",
    "who-2006.weight@1",
    "rosenberg-1991.spleen-length@1",
    "radiopaedia-2022.spleen-length@1",
    "luis-2025.fetal-skull-bpd@1",
    "buechel-2009.lv-edv@1",
)
"""One of each form and axis."""


def test_observation_definitions_are_valid_by_fhir_resources():
    known = catalogue()
    assert faults_by_models([observation_definition(known[name]) for name in SOME]) == []


def test_observation_definitions_are_valid_by_the_definitions_of_hl7():
    known = catalogue()
    assert faults_by_definitions([observation_definition(known[name]) for name in SOME]) == []


def test_the_check_bites():
    resource = observation_definition(catalogue()["china-2013.height@1"])
    resource["qualifiedInterval"][0]["category"] = 7
    assert faults_by_models([resource]) != []
