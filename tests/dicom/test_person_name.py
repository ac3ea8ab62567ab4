from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tongying.dicom.person_name import PersonName, PersonNameRefused

groups = st.text(st.characters(blacklist_characters="=\\", blacklist_categories=("Cc", "Cs")))


@given(st.text())
def test_parsing_never_fails_and_is_stable(text: str) -> None:
    name = PersonName.parse(text)
    assert PersonName.parse(name.as_dicom()) == name


@given(groups, groups, groups)
def test_groups_come_back(one: str, two: str, three: str) -> None:
    tidy = [group.strip(" ").rstrip("^ ") for group in (one, two, three)]
    name = PersonName(*tidy)
    assert PersonName.parse(name.as_dicom()) == name
    assert set(name.as_json().values()) == {group for group in tidy if group}


@pytest.mark.parametrize(
    ("text", "display", "family", "given_name"),
    [
        ("Wang^XiaoDong=王^小东", "王小东", "王", "小东"),
        ("王^小东^^^", "王小东", "王", "小东"),
        ("王小东", "王小东", "王小东", ""),
        ("Doe^Jane", "Doe Jane", "Doe", "Jane"),
        ("Yamada^Tarou=山田^太郎=やまだ^たろう", "山田太郎", "山田", "太郎"),
        ("", "", "", ""),
    ],
)
def test_display(text: str, display: str, family: str, given_name: str) -> None:
    name = PersonName.parse(text)
    assert (name.display, name.family, name.given) == (display, family, given_name)


@pytest.mark.parametrize("group", ["a=b", "a\\b", "a\x1b$)A", "a\n"])
def test_reserved_characters_are_refused(group: str) -> None:
    with pytest.raises(PersonNameRefused):
        PersonName(group)
