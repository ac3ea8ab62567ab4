"""Whether two headers allow that both images are of one child."""

from __future__ import annotations

import pytest
from pydicom.dataset import Dataset

from tongying.dicom.fusion.identity import (
    IDENTITY_BY_BIRTH,
    IDENTITY_UNPROVEN,
    OtherChild,
    check_same_child,
)


def header(**values: str) -> Dataset:
    dataset = Dataset()
    for keyword, value in values.items():
        setattr(dataset, keyword, value)
    return dataset


WANG = {
    "PatientID": "1",
    "PatientName": "Wang^Xiaoming=王^小明",
    "PatientBirthDate": "20200301",
    "PatientSex": "M",
}
CASES = [
    ("the same", WANG, {}, False, ()),
    ("another number", WANG, {"PatientID": "2"}, False, OtherChild),
    ("another number, joined by a person", WANG, {"PatientID": "2"}, True, ()),
    ("born on another day", WANG, {"PatientBirthDate": "20200302"}, False, OtherChild),
    ("born on another day, joined", WANG, {"PatientBirthDate": "20200302"}, True, OtherChild),
    ("another sex", WANG, {"PatientSex": "F"}, False, OtherChild),
    ("another sex, joined", WANG, {"PatientSex": "F"}, True, OtherChild),
    ("sex unknown once", WANG, {"PatientSex": ""}, False, ()),
    ("no number once", WANG, {"PatientID": ""}, False, (IDENTITY_UNPROVEN,)),
    (
        "no number, another birth",
        WANG,
        {"PatientID": "", "PatientBirthDate": "20190101"},
        False,
        OtherChild,
    ),
    ("a name written otherwise", WANG, {"PatientName": "WANG XIAOMING"}, False, ()),
]


@pytest.mark.parametrize(("what", "fixed", "change", "linked", "expected"), CASES)
def test_what_may_be_one_child(what, fixed, change, linked, expected):
    one, other = header(**fixed), header(**{**fixed, **change})
    for first, second in ((one, other), (other, one)):
        if expected is OtherChild:
            with pytest.raises(OtherChild):
                check_same_child(first, second, linked=linked)
        else:
            assert check_same_child(first, second, linked=linked) == expected


ISSUED = {**WANG, "IssuerOfPatientID": "A"}
ISSUERS = [
    ("same number at another hospital, same birth and name", {"IssuerOfPatientID": "B"}, True),
    (
        "other number at another hospital, same birth, one written name alike",
        {"IssuerOfPatientID": "B", "PatientID": "9", "PatientName": "王^小明"},
        True,
    ),
    (
        "other number at another hospital, another name",
        {"IssuerOfPatientID": "B", "PatientID": "9", "PatientName": "Li^Na=李^娜"},
        False,
    ),
    (
        "same number at another hospital, birth unknown once",
        {"IssuerOfPatientID": "B", "PatientBirthDate": ""},
        False,
    ),
    ("other number, same issuer, same name and birth", {"PatientID": "9"}, False),
]


@pytest.mark.parametrize(("what", "change", "allowed"), ISSUERS)
def test_numbers_of_two_hospitals(what, change, allowed):
    one, other = header(**ISSUED), header(**{**ISSUED, **change})
    for first, second in ((one, other), (other, one)):
        if allowed:
            assert check_same_child(first, second) == (IDENTITY_BY_BIRTH,)
        else:
            with pytest.raises(OtherChild):
                check_same_child(first, second)


def test_nothing_known_proves_nothing():
    assert check_same_child(Dataset(), Dataset()) == (IDENTITY_UNPROVEN,)
