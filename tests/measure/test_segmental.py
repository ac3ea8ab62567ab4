"""Segmental analysis: every pair of answers, written a second time by hand."""

from __future__ import annotations

from dataclasses import fields
from enum import StrEnum
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tongying.measure.heart import segments
from tongying.measure.heart.segment_words import (
    ANSWERS,
    FIELDS,
    in_chinese,
    in_english,
    set_notation,
)
from tongying.measure.heart.segmental import Segmental, SegmentsContradict
from tongying.measure.heart.segments import (
    ArchFlow,
    ArterialValve,
    AtrialSeptum,
    AtrioventricularConnection,
    DominantVentricle,
    Duct,
    GreatArteries,
    InletValves,
    PulmonaryVeins,
    Situs,
    Topology,
    VentricularSeptum,
    VentriculoarterialConnection,
)

KINDS = [
    one
    for one in vars(segments).values()
    if isinstance(one, type) and issubclass(one, StrEnum) and one is not StrEnum
]


def stands(**answers) -> bool:
    try:
        Segmental(**answers)
    except SegmentsContradict:
        return False
    return True


CONNECTIONS = """
                 concordant  discordant  mixed  double-inlet  absent-right  absent-left
solitus          D           L           -      DL            DL            DL
inversus         L           D           -      DL            DL            DL
right-isomerism  -           -           DL     DL            DL            DL
left-isomerism   -           -           DL     DL            DL            DL
"""
"""Which looping may go with situs and connection: D, L, both, or none (Anderson 2009)."""


def by_hand():
    header, *rows = CONNECTIONS.strip().splitlines()
    for row in rows:
        situs, *cells = row.split()
        for connection, cell in zip(header.split(), cells, strict=True):
            for letter, topology in (("D", Topology.RIGHT_HAND), ("L", Topology.LEFT_HAND)):
                yield Situs(situs), AtrioventricularConnection(connection), topology, letter in cell


def test_the_table_by_hand_is_whole():
    assert len(list(by_hand())) == len(Situs) * len(AtrioventricularConnection) * len(Topology)


@pytest.mark.parametrize("situs, connection, topology, fits", list(by_hand()))
def test_looping_goes_with_situs_and_connection(situs, connection, topology, fits):
    answers = {"situs": situs, "atrioventricular": connection, "topology": topology}
    assert stands(**answers) is fits
    for left_out in answers:
        partly = {name: answer for name, answer in answers.items() if name != left_out}
        impossible_without_looping = left_out == "topology" and not (
            situs.is_isomerism
            ^ (
                connection
                in (AtrioventricularConnection.CONCORDANT, AtrioventricularConnection.DISCORDANT)
            )
            or not connection.is_biventricular
        )
        assert stands(**partly) is not impossible_without_looping


@pytest.mark.parametrize("situs, connection, topology, fits", list(by_hand()))
def test_only_disharmony_can_be_confirmed(situs, connection, topology, fits):
    """A mixed connection with lateral atria stays refused; an unusual looping may be confirmed."""
    lateral = connection in (
        AtrioventricularConnection.CONCORDANT,
        AtrioventricularConnection.DISCORDANT,
    )
    possible = fits or (not situs.is_isomerism and lateral)
    confirmed = {
        "situs": situs,
        "atrioventricular": connection,
        "topology": topology,
        "disharmony_confirmed": True,
    }
    assert stands(**confirmed) is possible
    if possible:
        asked = {one.code for one in Segmental(**confirmed).questions()}
        assert "segments.disharmony" in asked


INLETS = """
              two  one-imperforate  common  one
concordant    yes  yes              yes     no
discordant    yes  yes              yes     no
mixed         yes  yes              yes     no
double-inlet  yes  yes              yes     no
absent-right  no   no               no      yes
absent-left   no   no               no      yes
"""


def test_valves_go_with_the_connection():
    header, *rows = INLETS.strip().splitlines()
    seen = 0
    for row in rows:
        connection, *cells = row.split()
        for inlet, cell in zip(header.split(), cells, strict=True):
            told = stands(
                atrioventricular=AtrioventricularConnection(connection), inlets=InletValves(inlet)
            )
            assert told is (cell == "yes"), (connection, inlet)
            seen += 1
    assert seen == len(AtrioventricularConnection) * len(InletValves)


def test_a_dominant_ventricle_is_named_only_of_one_ventricle():
    one_ventricle = {"double-inlet", "absent-right", "absent-left"}
    for connection, dominant in product(AtrioventricularConnection, DominantVentricle):
        told = stands(atrioventricular=connection, dominant=dominant)
        assert told is (connection.value in one_ventricle)


DOMINANT = """
                             left right indeterminate
concordant                   y    y     -
discordant                   y    y     -
double-outlet-right          y    y     -
double-outlet-left           y    y     -
double-outlet-indeterminate  -    -     y
common-trunk                 y    y     y
single-aorta                 y    y     y
single-pulmonary             y    y     y
"""
"""Which ventricle may be the only one that the atria are connected to."""


def test_an_indeterminate_ventricle_is_neither_right_nor_left():
    header, *rows = DOMINANT.strip().splitlines()
    seen = 0
    for row in rows:
        connection, *cells = row.split()
        for dominant, cell in zip(header.split(), cells, strict=True):
            told = stands(
                ventriculoarterial=VentriculoarterialConnection(connection),
                dominant=DominantVentricle(dominant),
            )
            assert told is (cell == "y"), (connection, dominant)
            seen += 1
    assert seen == len(VentriculoarterialConnection) * len(DominantVentricle)


def test_an_indeterminate_ventricle_is_solitary_and_has_no_looping():
    outlet = VentriculoarterialConnection.DOUBLE_OUTLET_INDETERMINATE
    one_ventricle = {"double-inlet", "absent-right", "absent-left"}
    for connection in AtrioventricularConnection:
        told = stands(ventriculoarterial=outlet, atrioventricular=connection)
        assert told is (connection.value in one_ventricle)
    for topology, dominant in product(Topology, DominantVentricle):
        told = stands(topology=topology, dominant=dominant)
        assert told is (dominant is not DominantVentricle.INDETERMINATE)


OUTLETS = """
                            oo os oa on so ss sa sn ao as aa an no ns na nn
concordant                  y  y  y  -  y  y  y  -  y  y  -  -  -  -  -  -
discordant                  y  y  y  -  y  y  y  -  y  y  -  -  -  -  -  -
double-outlet-right         y  y  y  -  y  y  y  -  y  y  -  -  -  -  -  -
double-outlet-left          y  y  y  -  y  y  y  -  y  y  -  -  -  -  -  -
double-outlet-indeterminate y  y  y  -  y  y  y  -  y  y  -  -  -  -  -  -
common-trunk                -  -  -  y  -  -  -  y  -  -  -  y  -  -  -  y
single-aorta                -  -  y  y  -  -  y  y  -  -  -  -  -  -  -  -
single-pulmonary            -  -  -  -  -  -  -  -  y  y  -  -  y  y  -  -
"""
"""Aortic (or truncal) and pulmonary valve: open, stenotic, atretic, not there."""


def test_arterial_valves_go_with_the_connection():
    header, *rows = OUTLETS.strip().splitlines()
    letters = {
        "o": ArterialValve.OPEN,
        "s": ArterialValve.STENOTIC,
        "a": ArterialValve.ATRETIC,
        "n": ArterialValve.NOT_THERE,
    }
    seen = 0
    for row in rows:
        connection, *cells = row.split()
        for pair, cell in zip(header.split(), cells, strict=True):
            told = stands(
                ventriculoarterial=VentriculoarterialConnection(connection),
                aortic_valve=letters[pair[0]],
                pulmonary_valve=letters[pair[1]],
            )
            assert told is (cell == "y"), (connection, pair)
            seen += 1
    assert seen == len(VentriculoarterialConnection) * len(ArterialValve) ** 2


def test_the_blood_must_leave_the_heart_whatever_else_is_known():
    both = {"aortic_valve": ArterialValve.ATRETIC, "pulmonary_valve": ArterialValve.ATRETIC}
    assert not stands(**both)


def test_nothing_known_stands_and_says_nothing():
    heart = Segmental()
    assert heart.questions() == ()
    assert (in_english(heart), in_chinese(heart), set_notation(heart)) == ("", "", None)


ASKED = (
    (
        {
            "atrioventricular": AtrioventricularConnection.CONCORDANT,
            "ventriculoarterial": VentriculoarterialConnection.DISCORDANT,
            "ventricular_septum": VentricularSeptum.INTACT,
            "atrial_septum": AtrialSeptum.INTACT,
            "duct": Duct.CLOSED,
        },
        "segments.no-mixing",
    ),
    (
        {
            "ventriculoarterial": VentriculoarterialConnection.DOUBLE_OUTLET_RIGHT,
            "ventricular_septum": VentricularSeptum.INTACT,
        },
        "segments.septum-intact",
    ),
    (
        {
            "ventriculoarterial": VentriculoarterialConnection.COMMON_TRUNK,
            "ventricular_septum": VentricularSeptum.INTACT,
        },
        "segments.septum-intact",
    ),
    (
        {
            "pulmonary_veins": PulmonaryVeins.TOTAL_INFRACARDIAC,
            "atrial_septum": AtrialSeptum.INTACT,
        },
        "segments.total-without-shunt",
    ),
    (
        {"pulmonary_valve": ArterialValve.ATRETIC, "duct": Duct.CLOSED},
        "segments.duct-closed",
    ),
    ({"aortic_valve": ArterialValve.ATRETIC, "duct": Duct.CLOSED}, "segments.duct-closed"),
    ({"arch_flow": ArchFlow.INTERRUPTED, "duct": Duct.CLOSED}, "segments.duct-closed"),
    ({"situs": Situs.RIGHT_ISOMERISM}, "segments.isomerism"),
    ({"situs": Situs.LEFT_ISOMERISM}, "segments.isomerism"),
    (
        {
            "atrial_septum": AtrialSeptum.SINUS_VENOSUS,
            "pulmonary_veins": PulmonaryVeins.NORMAL,
        },
        "segments.sinus-venosus",
    ),
)


@pytest.mark.parametrize("answers, code", ASKED)
def test_what_is_rare_is_asked_and_only_when_all_of_it_is_known(answers, code):
    assert [one.code for one in Segmental(**answers).questions()] == [code]
    if len(answers) > 1:
        for left_out in answers:
            partly = {name: answer for name, answer in answers.items() if name != left_out}
            assert Segmental(**partly).questions() == ()


NOTATIONS = (
    ("solitus", "d-loop", "normal", "{S,D,S}"),
    ("solitus", "d-loop", "aorta-right", "{S,D,D}"),
    ("solitus", "l-loop", "aorta-left", "{S,L,L}"),
    ("inversus", "l-loop", "mirrored", "{I,L,I}"),
    ("right-isomerism", "d-loop", "aorta-right", "{A,D,D}"),
    ("left-isomerism", "l-loop", "aorta-in-front", "{A,L,A}"),
)


@pytest.mark.parametrize("situs, loop, arteries, by_van_praagh", NOTATIONS)
def test_the_segmental_set(situs, loop, arteries, by_van_praagh):
    heart = Segmental(
        situs=Situs(situs), topology=Topology(loop), great_arteries=GreatArteries(arteries)
    )
    assert set_notation(heart) == by_van_praagh


def test_a_heart_is_told_in_order_in_both_languages():
    heart = Segmental(
        situs=Situs.SOLITUS,
        topology=Topology.LEFT_HAND,
        atrioventricular=AtrioventricularConnection.DISCORDANT,
        ventriculoarterial=VentriculoarterialConnection.DISCORDANT,
    )
    assert in_english(heart) == (
        "Atrial arrangement: usual; ventricular looping: left-hand topology (L-loop);"
        " atrioventricular connection: discordant; ventriculoarterial connection: discordant."
    )
    assert in_chinese(heart) == (
        "心房位置：正位；心室襻：左襻（L-襻）；房室连接：不一致；心室大动脉连接：不一致（大动脉转位）。"
    )


def test_every_answer_and_field_has_words_of_its_own():
    assert set(ANSWERS) == set(KINDS)
    for kind, words in ANSWERS.items():
        assert set(words) == set(kind)
        assert len({chinese for _, chinese in words.values()}) == len(kind)
        assert len({english for english, _ in words.values()}) == len(kind)
    told = {one.name for one in fields(Segmental)} - {"disharmony_confirmed"}
    assert set(FIELDS) == told
    assert len({chinese for _, chinese in FIELDS.values()}) == len(FIELDS)


def test_every_pair_of_situs_and_outlet_can_be_said():
    assert all(
        stands(situs=situs, ventriculoarterial=connection)
        for situs, connection in product(Situs, VentriculoarterialConnection)
    )


def answers_of(kind):
    return st.none() | st.sampled_from(list(kind))


HEARTS = st.fixed_dictionaries(
    {
        "situs": answers_of(Situs),
        "topology": answers_of(Topology),
        "atrioventricular": answers_of(AtrioventricularConnection),
        "dominant": answers_of(DominantVentricle),
        "inlets": answers_of(InletValves),
        "ventriculoarterial": answers_of(VentriculoarterialConnection),
        "aortic_valve": answers_of(ArterialValve),
        "pulmonary_valve": answers_of(ArterialValve),
        "atrial_septum": answers_of(AtrialSeptum),
        "ventricular_septum": answers_of(VentricularSeptum),
        "pulmonary_veins": answers_of(PulmonaryVeins),
        "duct": answers_of(Duct),
        "disharmony_confirmed": st.booleans(),
    }
)


@settings(max_examples=40)
@given(answers=HEARTS, left_out=st.sampled_from(sorted(FIELDS)))
def test_what_stands_with_more_answers_stands_with_fewer(answers, left_out):
    if not stands(**answers):
        return
    fewer = {name: answer for name, answer in answers.items() if name != left_out}
    assert stands(**fewer)
    asked = {one.code for one in Segmental(**answers).questions()}
    assert {one.code for one in Segmental(**fewer).questions()} <= asked


@settings(max_examples=40)
@given(answers=HEARTS)
def test_every_answer_given_is_told_once(answers):
    if not stands(**answers):
        return
    heart = Segmental(**answers)
    given_ones = sum(isinstance(answer, StrEnum) for answer in answers.values())
    assert in_english(heart).count(": ") == given_ones
    assert in_chinese(heart).count("：") == given_ones + in_chinese(heart).count("单出口：")
