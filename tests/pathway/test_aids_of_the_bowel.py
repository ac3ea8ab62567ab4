"""Aids of the bowel against tables written by hand from their sources."""

from __future__ import annotations

import pytest

from tongying.kernel.errors import BadInput
from tongying.measure.recipe import AgeOutsideRule, ChildKnown
from tongying.pathway.aids.appendix import AppendixSeen, ScoreTold, score, ultrasound
from tongying.pathway.aids.enema import ENEMA_SIGNS, EnemaTold, enema
from tongying.pathway.aids.intussusception import LeadPointTold, kind, lead_point
from tongying.pathway.aids.necrotising import NecTold, stage
from tongying.pathway.aids.pylorus import stenosis
from tongying.pathway.aids.reason import AnswersMissing
from tongying.pathway.aids.volvulus import RotationTold, rotation

# recurrences, age in days, something seen, other reasons -> prompt, how many reasons.
# 3 months are 91.3 days, 3 years are 1095.75 days.
LEAD = [
    (0, 300, False, {}, "no-prompt", 0),
    (1, 300, False, {}, "no-prompt", 0),
    (2, 300, False, {}, "look", 1),
    (0, 91, False, {}, "look", 1),
    (0, 92, False, {}, "no-prompt", 0),
    (0, 1095, False, {}, "no-prompt", 0),
    (0, 1096, False, {}, "look", 1),
    (0, 300, True, {}, "look", 1),
    (0, 300, False, {"bleeding_between": True}, "look", 1),
    (0, 300, False, {"known_disease": True}, "look", 1),
    (0, 300, False, {"unusual_site": True}, "look", 1),
    (3, 1900, True, {"bleeding_between": True}, "look", 4),
    # one reason is enough where the rest is not known
    (None, None, True, {}, "look", 1),
    (None, 2000, None, {}, "look", 1),
    # a child that never had one is not prompted about
    (0, 2000, False, {"present": False}, "no-prompt", 0),
    (0, 2000, True, {"present": False}, "look", 2),
    (1, 2000, False, {"present": False}, "look", 1),
]


@pytest.mark.parametrize(("recurrences", "age", "seen", "more", "value", "reasons"), LEAD)
def test_lead_point(recurrences, age, seen, more, value, reasons):
    told = lead_point(LeadPointTold(recurrences=recurrences, age_days=age, seen=seen, **more))
    assert told.value == value
    if value == "look":
        assert told.english.partition("): ")[2].count(",") + 1 == reasons
        assert told.chinese.partition("）：")[2].count("、") + 1 == reasons
        assert "pathway.lead-point-missed" in {one.code for one in told.caveats}
    assert not told.signed_off


def test_recurrence_alone_is_doubted_aloud():
    codes = {one.code for one in lead_point(LeadPointTold(2, 300, False)).caveats}
    assert "pathway.recurrence-doubtful" in codes


@pytest.mark.parametrize(
    "told",
    [
        LeadPointTold(),
        LeadPointTold(recurrences=0, age_days=300),
        LeadPointTold(recurrences=0, seen=False),
        LeadPointTold(age_days=300, seen=False),
    ],
)
def test_no_prompt_needs_to_know(told):
    with pytest.raises(AnswersMissing, match="Answer this first"):
        lead_point(told)


# peritonitis, free gas, shock, hours, age in days, signs -> value
ENEMA = [
    (False, False, False, 10, 300, (), "none-told"),
    (True, False, False, 10, 300, (), "contraindicated"),
    (False, True, False, 10, 300, (), "contraindicated"),
    (False, False, True, 10, 300, (), "contraindicated"),
    (True, None, None, None, None, (), "contraindicated"),
    (None, True, None, None, None, ("fever",), "contraindicated"),
    (False, False, False, 47.9, 300, (), "none-told"),
    (False, False, False, 48, 300, (), "caution"),
    (False, False, False, 10, 91, (), "caution"),
    (False, False, False, 10, 92, (), "none-told"),
    (False, False, False, None, None, (), "none-told"),
    *((False, False, False, 10, 300, (one,), "caution") for one in ENEMA_SIGNS),
]


@pytest.mark.parametrize(("peritonitis", "gas", "shock", "hours", "age", "signs", "value"), ENEMA)
def test_enema(peritonitis, gas, shock, hours, age, signs, value):
    told = enema(EnemaTold(peritonitis, gas, shock, hours, age, frozenset(signs)))
    assert told.value == value
    assert not told.signed_off


def test_signs_of_an_enema_are_the_nine_of_the_review():
    assert set(ENEMA_SIGNS) == {
        "lethargy",
        "fever",
        "bloody-stool",
        "obstruction",
        "trapped-fluid",
        "ascites",
        "no-flow",
        "left-colon",
        "lead-point",
    }


@pytest.mark.parametrize(
    "told",
    [
        EnemaTold(),
        EnemaTold(peritonitis=False, free_gas=False),
        EnemaTold(free_gas=False, shock=False, signs=frozenset({"fever"})),
        EnemaTold(False, False, False, signs=frozenset({"mood"})),
    ],
)
def test_an_enema_is_never_cleared_unasked(told):
    with pytest.raises(AnswersMissing):
        enema(told)


# Fat core and outer wall in mm: means of the two kinds in the source, and the border.
@pytest.mark.parametrize(
    ("core", "wall", "value"),
    [
        (13.2, 5.3, "ileocolic"),
        (1.0, 2.6, "small-bowel"),
        (0.0, 2.6, "small-bowel"),
        (5.0, 5.0, "undecided"),
        (5.01, 5.0, "ileocolic"),
        (4.99, 5.0, "small-bowel"),
    ],
)
def test_kind_of_an_intussusception(core, wall, value):
    assert kind(fat_core_mm=core, wall_mm=wall).value == value


@pytest.mark.parametrize(
    ("core", "wall"), [(None, 3), (3, None), (3, 0), (-1, 3), (float("nan"), 3)]
)
def test_kind_refuses_what_is_no_thickness(core, wall):
    with pytest.raises(AnswersMissing):
        kind(fat_core_mm=core, wall_mm=wall)


# muscle, canal -> value; the borders are 2 and 3 mm of muscle, 15 mm of canal.
@pytest.mark.parametrize(
    ("muscle", "canal", "value"),
    [
        (4.2, 18.0, "suggests"),
        (3.0, 14.0, "suggests"),
        (3.0, None, "suggests"),
        (2.99, 20.0, "borderline"),
        (2.0, 10.0, "borderline"),
        (1.99, 15.0, "borderline"),
        (1.99, 14.99, "below"),
        (1.5, None, "below"),
    ],
)
def test_pyloric_stenosis(muscle, canal, value):
    told = stenosis(muscle_mm=muscle, canal_mm=canal, child=ChildKnown(age_days=35))
    assert told.value == value
    opens = "pathway.pylorus-opens" in {one.code for one in told.caveats}
    assert opens == (value != "below")


def test_the_age_makes_pyloric_stenosis_doubtful():
    def codes(child: ChildKnown, muscle: float = 4.0) -> set[str]:
        told = stenosis(muscle_mm=muscle, canal_mm=None, child=child)
        return {one.code for one in told.caveats} - {"pathway.pylorus-opens"}

    assert codes(ChildKnown(age_days=183)) == set()
    assert codes(ChildKnown(age_days=184)) == {"pathway.pylorus-old"}
    assert codes(ChildKnown()) == {"pathway.pylorus-age"}
    assert codes(ChildKnown(age_days=60, corrected_age_days=10)) == {"pathway.pylorus-preterm"}
    assert codes(ChildKnown(age_days=400), muscle=1.0) == set()


@pytest.mark.parametrize(("muscle", "canal"), [(None, 18.0), (0.0, 18.0), (3.0, -1.0)])
def test_pyloric_stenosis_refuses(muscle, canal):
    with pytest.raises(AnswersMissing):
        stenosis(muscle_mm=muscle, canal_mm=canal, child=ChildKnown(age_days=35))


NO_SIGN = {
    "suspected": False,
    "gross_blood": False,
    "pneumatosis": False,
    "portal_gas": False,
    "ascites": False,
    "free_gas": False,
    "acidosis_or_platelets": False,
    "severe": False,
    "peritonitis": False,
}
# What is there beside nothing else -> stage, row by row of the table, and where rows meet.
BELL = [
    ((), "none"),
    (("suspected",), "IA"),
    (("suspected", "gross_blood"), "IB"),
    (("gross_blood",), "IB"),
    (("suspected", "pneumatosis"), "IIA"),
    (("suspected", "gross_blood", "pneumatosis"), "IIA"),
    (("suspected", "pneumatosis", "acidosis_or_platelets"), "IIB"),
    (("suspected", "pneumatosis", "ascites"), "IIB"),
    (("suspected", "portal_gas"), "IIB"),
    (("suspected", "pneumatosis", "portal_gas", "acidosis_or_platelets"), "IIB"),
    (("suspected", "pneumatosis", "portal_gas", "ascites", "severe", "peritonitis"), "IIIA"),
    (("pneumatosis", "severe"), "IIIA"),
    (("pneumatosis", "peritonitis"), "IIIA"),
    (("severe",), "IIIA"),
    (("suspected", "pneumatosis", "severe", "peritonitis", "ascites", "free_gas"), "IIIB"),
    (("free_gas",), "IIIB"),
    # neither free fluid nor acidosis makes a stage without gas in the wall
    (("suspected", "ascites", "acidosis_or_platelets"), "IA"),
]


@pytest.mark.parametrize(("there", "value"), BELL)
def test_bell(there, value):
    told = stage(NecTold(**(NO_SIGN | dict.fromkeys(there, True))))
    assert told.value == value
    assert told.english[0].isupper()
    only_clinical = value == "IIIA" and not {"pneumatosis", "portal_gas"} & set(there)
    assert ("pathway.nec-clinical" in {one.code for one in told.caveats}) == only_clinical


@pytest.mark.parametrize(
    ("there", "unknown"),
    [
        ((), "free_gas"),
        ((), "severe"),
        ((), "portal_gas"),
        ((), "pneumatosis"),
        (("pneumatosis",), "ascites"),
        ((), "gross_blood"),
        ((), "suspected"),
    ],
)
def test_bell_asks_for_what_could_raise_it(there, unknown):
    told = NO_SIGN | dict.fromkeys(there, True) | {unknown: None}
    with pytest.raises(AnswersMissing):
        stage(NecTold(**told))


def test_portal_gas_alone_may_be_a_catheter():
    told = stage(NecTold(**(NO_SIGN | {"portal_gas": True})))
    assert {one.code for one in told.caveats} == {"pathway.nec-catheter"}


# Points of the eight as the paper gives them.
POINTS = {
    "cough_pain": 2,
    "right_lower_tenderness": 2,
    "anorexia": 1,
    "fever": 1,
    "vomiting": 1,
    "leucocytosis": 1,
    "neutrophilia": 1,
    "migration": 1,
}
TEN = ChildKnown(age_days=3652)


@pytest.mark.parametrize(
    ("there", "points", "band"),
    [
        ((), 0, "low"),
        *(((name,), points, "low") for name, points in POINTS.items()),
        (("cough_pain", "fever"), 3, "low"),
        (("cough_pain", "right_lower_tenderness"), 4, "middle"),
        (("cough_pain", "right_lower_tenderness", "fever", "vomiting"), 6, "middle"),
        (("cough_pain", "right_lower_tenderness", "fever", "vomiting", "anorexia"), 7, "high"),
        (tuple(POINTS), 10, "high"),
    ],
)
def test_appendicitis_score(there, points, band):
    told = score(ScoreTold(**{name: name in there for name in POINTS}), TEN)
    assert (told.value, f" {points} of 10" in told.english) == (band, True)
    assert f"{points}/10分" in told.chinese


# 4 years are 1461 days, 16 years 5844 days.
@pytest.mark.parametrize(
    ("days", "speaks"), [(1460, False), (1461, True), (5843, True), (5844, False)]
)
def test_the_score_speaks_from_4_to_15_years(days, speaks):
    told = ScoreTold(**dict.fromkeys(POINTS, False))
    if speaks:
        assert score(told, ChildKnown(age_days=days)).value == "low"
        return
    with pytest.raises(AgeOutsideRule):
        score(told, ChildKnown(age_days=days))


def test_the_score_needs_the_age_and_every_answer():
    with pytest.raises(AgeOutsideRule):
        score(ScoreTold(**dict.fromkeys(POINTS, True)), ChildKnown())
    for name in POINTS:
        with pytest.raises(AnswersMissing):
            score(ScoreTold(**(dict.fromkeys(POINTS, True) | {name: None})), TEN)


# seen, diameter, incompressible, signs -> value
@pytest.mark.parametrize(
    ("seen", "diameter", "stiff", "signs", "value"),
    [
        (True, 8.5, True, (), "suggests"),
        (True, 6.1, False, ("hyperaemia",), "suggests"),
        (True, 6.1, False, (), "equivocal"),
        (True, 6.0, True, (), "equivocal"),
        (True, 6.0, False, ("fat",), "equivocal"),
        (True, 5.0, False, (), "not-suggested"),
        (True, 9.0, True, ("collection",), "complicated"),
        (False, None, None, ("collection",), "complicated"),
        (False, None, None, ("appendicolith",), "equivocal"),
        (False, None, None, (), "not-seen"),
    ],
)
def test_ultrasound_of_the_appendix(seen, diameter, stiff, signs, value):
    told = ultrasound(AppendixSeen(seen, diameter, stiff, frozenset(signs)))
    assert told.value == value
    codes = {one.code for one in told.caveats}
    assert ("pathway.appendix-fat" in codes) == ("fat" in signs)


def test_a_wide_appendix_alone_is_set_against_its_norm():
    told = ultrasound(AppendixSeen(True, 6.5, False, frozenset()))
    assert {one.code for one in told.caveats} == {"pathway.appendix-wide"}


@pytest.mark.parametrize(
    "told",
    [
        AppendixSeen(),
        AppendixSeen(True, None, True),
        AppendixSeen(True, 7.0, None),
        AppendixSeen(True, 0.0, True),
        AppendixSeen(False, signs=frozenset({"gas"})),
    ],
)
def test_ultrasound_of_the_appendix_refuses(told):
    with pytest.raises(AnswersMissing):
        ultrasound(told)


# vein, whirlpool, cut-off, duodenum behind, duodenum tapers -> value
@pytest.mark.parametrize(
    ("vein", "whirl", "cut", "behind", "tapers", "value"),
    [
        ("right", False, False, True, False, "not-shown"),
        ("right", False, None, True, None, "not-shown"),
        ("left", False, False, True, False, "malrotation"),
        ("front", False, False, True, False, "malrotation"),
        ("right", False, False, False, False, "malrotation"),
        ("right", True, False, True, False, "volvulus"),
        ("right", False, True, True, False, "volvulus"),
        ("right", False, False, True, True, "volvulus"),
        ("left", True, None, None, None, "volvulus"),
        (None, True, None, None, None, "volvulus"),
        ("left", None, None, None, None, "malrotation"),
    ],
)
def test_rotation(vein, whirl, cut, behind, tapers, value):
    told = rotation(RotationTold(vein, whirl, cut, behind, tapers))
    assert told.value == value
    open_still = "pathway.malrotation-open" in {one.code for one in told.caveats}
    assert open_still == (value == "not-shown")


@pytest.mark.parametrize(
    "told",
    [
        RotationTold(),
        RotationTold(vein="right", whirlpool=False),
        RotationTold(vein="right", duodenum_behind=True),
        RotationTold(whirlpool=False, duodenum_behind=True),
    ],
)
def test_malrotation_is_not_ruled_out_unasked(told):
    with pytest.raises(BadInput):
        rotation(told)
