"""QIDO-RS: levels, matching, paging, fields, warnings."""

from __future__ import annotations

import json

import pytest
from dicomweb_world import World, image

from tongying.web.records.attributes import ATTRIBUTES
from tongying.web.records.models import Study

UID, NAME, ID = "0020000D", "00100010", "00100020"


@pytest.fixture
def filled(world: World) -> World:
    """Five studies at ONE, one of them with two series; one at TWO."""
    world.store(image("1.2.3.1", 1), image("1.2.3.1", 2))
    world.store(
        image("1.2.3.1", 3, SeriesInstanceUID="1.2.3.1.9", Modality="MR", SeriesNumber=2),
        image("1.2.3.2", PatientID="P2", PatientName="LI^Na=李^娜", StudyDate="20260215"),
        image("1.2.3.3", PatientID="P3", PatientName="Wang^Wu", StudyTime="235959", Modality="MR"),
        image("1.2.3.4", PatientID="P4", PatientName="O'Neil^A%", AccessionNumber="A_4"),
        image("1.2.3.5", PatientID="", PatientName="", StudyDate="", PatientBirthDate=""),
    )
    world.store(image("1.2.3.9", PatientID="P9"), who="other")
    return world


def found(world: World, path: str = "/studies", **query: str) -> list[str]:
    return sorted(row[UID]["Value"][0][6:] for row in world.rows(path, **query))


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({}, "12345"),
        ({"StudyInstanceUID": "1.2.3.2"}, "2"),
        ({"0020000D": "1.2.3.2,1.2.3.3"}, "23"),
        ({"StudyInstanceUID": "1.2.3.2\\1.2.3.9"}, "2"),
        ({"PatientID": "P3"}, "3"),
        ({"PatientID": "p3"}, ""),
        ({"PatientID": "P*"}, "1234"),
        ({"PatientID": "?2"}, "2"),
        ({"PatientID": "*"}, "12345"),
        ({"PatientID": ""}, "12345"),
        ({"PatientName": "wang^wu"}, "3"),
        ({"PatientName": "WANG*"}, "13"),
        ({"PatientName": "*na"}, "2"),
        ({"PatientName": "王*"}, "1"),
        ({"PatientName": "=李^娜"}, "2"),
        ({"PatientName": "Wang*=王*"}, "1"),
        ({"PatientName": "O'Neil^A%"}, "4"),
        ({"PatientName": "_'Neil^A%"}, ""),
        ({"PatientName": "%"}, ""),
        ({"PatientName": "%*"}, ""),
        ({"PatientName": "wxm", "fuzzymatching": "true"}, "1"),
        ({"PatientName": "xiaoming", "fuzzymatching": "true"}, "1"),
        ({"PatientName": "lina", "fuzzymatching": "true"}, "2"),
        ({"PatientName": "na li", "fuzzymatching": "true"}, "2"),
        ({"PatientName": "wxm"}, ""),
        ({"StudyDate": "20260301"}, "134"),
        ({"StudyDate": "20260201-20260228"}, "2"),
        ({"StudyDate": "-20260228"}, "2"),
        ({"StudyDate": "20260301-"}, "134"),
        ({"StudyTime": "101530"}, "1245"),
        ({"StudyTime": "1015"}, "1245"),
        ({"StudyTime": "101530.5"}, "1245"),
        ({"StudyTime": "101530.6"}, ""),
        ({"StudyTime": "12-"}, "3"),
        ({"AccessionNumber": "A_4"}, "4"),
        ({"AccessionNumber": "A_*"}, "4"),
        ({"ModalitiesInStudy": "MR"}, "13"),
        ({"ModalitiesInStudy": "MR\\CT"}, "12345"),
        ({"ModalitiesInStudy": "M"}, ""),
        ({"StudyDescription": "胸部*"}, "12345"),
        ({"NumberOfStudyRelatedInstances": "3"}, "1"),
        ({"PatientBirthDate": "20210105", "PatientSex": "M"}, "1234"),
        ({"PatientSex": "F"}, ""),
    ],
)
def test_matching_of_studies(filled: World, query: dict[str, str], expected: str) -> None:
    assert found(filled, **query) == list(expected)


def test_series_of_a_study_and_of_all(filled: World) -> None:
    rows = filled.rows("/studies/1.2.3.1/series")
    assert [row["00080060"]["Value"] for row in rows] == [["CT"], ["MR"]]
    assert [row["00201209"]["Value"] for row in rows] == [[2], [1]]
    assert len(filled.rows("/series")) == 6
    assert len(filled.rows("/series", Modality="MR")) == 2
    assert filled.rows("/series", PatientID="P3")[0][NAME]["Value"] == [{"Alphabetic": "Wang^Wu"}]


def test_instances_of_a_series_a_study_and_of_all(filled: World) -> None:
    rows = filled.rows("/studies/1.2.3.1/series/1.2.3.1.1/instances")
    assert [row["00080018"]["Value"][0] for row in rows] == ["1.2.3.1.1.1", "1.2.3.1.1.2"]
    assert rows[0]["00280010"] == {"vr": "US", "Value": [16]}
    assert rows[0]["00081190"]["Value"] == [
        "http://testserver/dicomweb/studies/1.2.3.1/series/1.2.3.1.1/instances/1.2.3.1.1.1"
    ]
    assert len(filled.rows("/studies/1.2.3.1/instances")) == 3
    assert len(filled.rows("/instances")) == 7
    assert len(filled.rows("/instances", InstanceNumber="3", Rows="16")) == 1


def test_a_row_as_the_standard_writes_it(filled: World) -> None:
    (row,) = filled.rows("/studies", PatientID="P1")
    assert list(row) == sorted(row)
    assert row["00080020"] == {"vr": "DA", "Value": ["20260301"]}
    assert row["00080030"] == {"vr": "TM", "Value": ["101530.500000"]}
    assert row["00080056"] == {"vr": "CS", "Value": ["ONLINE"]}
    assert row["00080061"] == {"vr": "CS", "Value": ["CT", "MR"]}
    assert row[NAME] == {
        "vr": "PN",
        "Value": [{"Alphabetic": "Wang^Xiaoming", "Ideographic": "王^小明"}],
    }
    assert row["00201206"] == {"vr": "IS", "Value": [2]}
    (unknown,) = filled.rows("/studies", StudyInstanceUID="1.2.3.5")
    assert unknown[ID] == {"vr": "LO"} and unknown[NAME] == {"vr": "PN"}
    assert unknown["00080020"] == {"vr": "DA"} and unknown["00100030"] == {"vr": "DA"}


def test_text_is_written_as_json_whatever_it_holds(world: World) -> None:
    text = 'a "quoted" \\ text\twith\x1f 控制'
    world.store(image())
    Study.objects.update(description=text)
    (row,) = world.rows("/studies")
    assert row["00081030"]["Value"] == [text]


def test_fields_are_added_when_asked_for(filled: World) -> None:
    (plain,) = filled.rows("/studies", PatientID="P1")
    (asked,) = filled.rows("/studies", PatientID="P1", includefield="00101010,InstitutionName")
    (every,) = filled.rows("/studies", PatientID="P1", includefield="all")
    assert set(asked) - set(plain) == {"00101010", "00080080"}
    study_tags = {one.tag for one in ATTRIBUTES if one.level == "STUDY"}
    assert set(every) == study_tags | {"00080056", "00081190"}


def test_paging_walks_through_all_and_warns_while_there_is_more(filled: World) -> None:
    seen = []
    for offset in range(0, 6, 2):
        response = filled.get("/studies", limit="2", offset=str(offset))
        seen += [row[UID]["Value"][0] for row in json.loads(response.content)]
        assert ("Warning" in response) == (offset < 4)
    assert sorted(seen) == [f"1.2.3.{number}" for number in range(1, 6)]
    assert filled.rows("/studies", offset="99999999999999999999999") == []
    assert filled.rows("/studies", limit="0") == []


def test_what_is_not_indexed_is_named_in_a_warning(filled: World) -> None:
    response = filled.get("/studies", PatientID="P1", **{"00181030": "x"})
    assert response.status_code == 200 and len(json.loads(response.content)) == 1
    assert "ProtocolName" in response["Warning"]


@pytest.mark.parametrize(
    "query",
    [
        {"StudyDate": "soon"},
        {"StudyDate": "20261301"},
        {"StudyTime": "99"},
        {"NumberOfStudyRelatedSeries": "many"},
        {"NumberOfStudyRelatedSeries": "9" * 30},
        {"limit": "-1"},
        {"offset": "x"},
    ],
)
def test_a_malformed_value_is_refused_in_one_sentence(filled: World, query: dict[str, str]) -> None:
    response = filled.get("/studies", **query)
    assert response.status_code == 400
    problem = json.loads(response.content)
    assert problem["code"] in ("query.match", "qido.parameter") and problem["title"].endswith(".")


def test_only_json_is_to_be_had(filled: World) -> None:
    assert filled.get("/studies", accept="application/dicom+xml").status_code == 406
    assert filled.get("/studies", accept="*/*").status_code == 200


def test_another_hospital_sees_its_own_only(filled: World) -> None:
    rows = filled.rows("/studies", who="other")
    assert [row[UID]["Value"][0] for row in rows] == ["1.2.3.9"]
    assert filled.rows("/studies/1.2.3.1/series", who="other") == []
    assert filled.rows("/instances", who="other", StudyInstanceUID="1.2.3.1") == []


def test_a_study_of_two_hospitals_is_listed_once(filled: World) -> None:
    filled.store(image("1.2.3.1"), who="other")
    (row,) = filled.rows("/studies", who="other", StudyInstanceUID="1.2.3.1")
    assert row["00201208"]["Value"] == [1]
    (row,) = filled.rows("/studies", StudyInstanceUID="1.2.3.1")
    assert row["00201208"]["Value"] == [3]
