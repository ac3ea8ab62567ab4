"""New identifiers: valid, different, unguessable."""

from __future__ import annotations

import re
import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydicom.uid import UID

from tongying.kernel.ids import new_code, new_uid

BITS_122 = st.integers(0, 2**122 - 1)
BITS_130 = st.integers(0, 2**130 - 1)
CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


@given(bits=BITS_122)
def test_a_uid_is_a_version_4_uuid_in_the_2_25_arc(bits):
    made = new_uid(lambda count: bits)
    assert len(made) <= 44
    assert UID(made).is_valid
    assert re.fullmatch(r"2\.25\.[1-9][0-9]*", made)
    as_uuid = uuid.UUID(int=int(made.removeprefix("2.25.")))
    assert (as_uuid.version, as_uuid.variant) == (4, uuid.RFC_4122)


@given(one=BITS_122, other=BITS_122)
def test_different_randomness_makes_different_uids(one, other):
    assert (new_uid(lambda _: one) == new_uid(lambda _: other)) == (one == other)


@pytest.mark.parametrize(
    ("bits", "uid"),
    [
        (0, "2.25." + str(uuid.UUID("00000000-0000-4000-8000-000000000000").int)),
        (2**122 - 1, "2.25." + str(uuid.UUID("ffffffff-ffff-4fff-bfff-ffffffffffff").int)),
    ],
)
def test_the_first_and_last_uid(bits, uid):
    assert new_uid(lambda _: bits) == uid


def test_uids_from_the_system_differ():
    assert len({new_uid() for _ in range(2000)}) == 2000


def test_a_uid_asks_for_122_bits_and_a_code_for_130():
    asked = []

    def bits(count: int) -> int:
        asked.append(count)
        return 0

    new_uid(bits)
    new_code(bits)
    assert asked == [122, 130]


@given(bits=BITS_130)
def test_a_code_can_be_typed(bits):
    made = new_code(lambda _: bits)
    assert len(made) == 26
    assert set(made) <= set(CROCKFORD)
    assert not set(made) & set("ILOU")


@given(one=BITS_130, other=BITS_130)
def test_no_two_bit_patterns_share_a_code(one, other):
    assert (new_code(lambda _: one) == new_code(lambda _: other)) == (one == other)


def test_every_character_of_the_alphabet_stands_for_one_value():
    made = {new_code(lambda _, value=value: value)[0] for value in range(32)}
    assert made == set(CROCKFORD)
    assert len(CROCKFORD) == len(set(CROCKFORD)) == 32


def test_codes_from_the_system_differ():
    assert len({new_code() for _ in range(2000)}) == 2000
