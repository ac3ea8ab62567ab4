"""Body parts as cards name them: from codes, which may admit; from words, which only contradict."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from tongying.dicom.acquisition.facts import BodyPart
from tongying.dicom.acquisition.region_finding import regions_coded, regions_named, says_fetal

_PARTS: Final[dict[str, tuple[BodyPart, ...]]] = {
    "head": (BodyPart.HEAD,),
    "neck": (BodyPart.NECK,),
    "chest": (BodyPart.CHEST,),
    "heart": (BodyPart.HEART,),
    "abdomen": (BodyPart.ABDOMEN,),
    "urinary": (BodyPart.ABDOMEN,),
    "pelvis": (BodyPart.PELVIS,),
    "spine": (BodyPart.SPINE,),
    "hip": (BodyPart.HIP,),
    "upper-limb": (BodyPart.LIMB,),
    "lower-limb": (BodyPart.LIMB,),
    "whole-body": (
        BodyPart.HEAD,
        BodyPart.NECK,
        BodyPart.CHEST,
        BodyPart.ABDOMEN,
        BodyPart.PELVIS,
        BodyPart.LIMB,
    ),
}
_FETAL_CODES: Final = frozenset({"FETUS", "FETAL", "FOETUS"})
_CONCEPTS: Final[dict[str, BodyPart]] = {
    # SNOMED CT, then the SNOMED RT code that older objects carry (PS3.16 Annex L).
    "69536005": BodyPart.HEAD,
    "T-D1100": BodyPart.HEAD,
    "12738006": BodyPart.HEAD,
    "T-A0100": BodyPart.HEAD,
    "45048000": BodyPart.NECK,
    "T-D1600": BodyPart.NECK,
    "51185008": BodyPart.CHEST,
    "T-D3000": BodyPart.CHEST,
    "39607008": BodyPart.CHEST,
    "T-28000": BodyPart.CHEST,
    "80891009": BodyPart.HEART,
    "T-32000": BodyPart.HEART,
    "818981001": BodyPart.ABDOMEN,
    "113345001": BodyPart.ABDOMEN,
    "T-D4000": BodyPart.ABDOMEN,
    "816092008": BodyPart.PELVIS,
    "12921003": BodyPart.PELVIS,
    "T-D6000": BodyPart.PELVIS,
    "24136001": BodyPart.HIP,
    "T-15710": BodyPart.HIP,
    "421060004": BodyPart.SPINE,
    "T-11500": BodyPart.SPINE,
    "83418008": BodyPart.FETUS,
    "T-F5000": BodyPart.FETUS,
}
_NEAR: Final = frozenset(
    frozenset(pair)
    for pair in (
        (BodyPart.HEAD, BodyPart.NECK),
        (BodyPart.NECK, BodyPart.CHEST),
        (BodyPart.NECK, BodyPart.SPINE),
        (BodyPart.CHEST, BodyPart.HEART),
        (BodyPart.CHEST, BodyPart.SPINE),
        (BodyPart.CHEST, BodyPart.ABDOMEN),
        (BodyPart.ABDOMEN, BodyPart.PELVIS),
        (BodyPart.ABDOMEN, BodyPart.SPINE),
        (BodyPart.PELVIS, BodyPart.HIP),
        (BodyPart.PELVIS, BodyPart.SPINE),
        (BodyPart.HIP, BodyPart.LIMB),
    )
)
"""Parts that one examination often shows together: naming either is no contradiction."""


def coded_parts(terms: Iterable[str], concepts: Iterable[str]) -> frozenset[BodyPart]:
    """Return the parts that codes say; empty where they say nothing known.

    Parameters
    ----------
    terms : iterable of str
        Body Part Examined (0018,0015); its defined terms, and the same words in English or Chinese
        as some scanners write there.
    concepts : iterable of str
        Code values of Anatomic Region Sequence (0008,2218).

    Examples
    --------
    >>> sorted(coded_parts(["BRAIN"], [])), sorted(coded_parts(["胸部"], []))
    ([<BodyPart.HEAD: 'head'>], [<BodyPart.CHEST: 'chest'>])
    """
    found: set[BodyPart] = {_CONCEPTS[one] for one in concepts if one in _CONCEPTS}
    for term in terms:
        if term.strip().upper() in _FETAL_CODES or says_fetal(term):
            found.add(BodyPart.FETUS)
            continue
        for region in regions_coded(term) or regions_named(term):
            found.update(_PARTS[region])
    return frozenset(found)


def named_parts(texts: Iterable[str]) -> frozenset[BodyPart]:
    """Return the parts that descriptions name; a fetus alone where one is spoken of.

    Examples
    --------
    >>> sorted(named_parts(["胎儿颅脑 MR"]))
    [<BodyPart.FETUS: 'fetus'>]
    """
    kept = list(texts)
    if any(says_fetal(text) for text in kept):
        return frozenset({BodyPart.FETUS})
    return frozenset(part for text in kept for name in regions_named(text) for part in _PARTS[name])


def contradict(coded: frozenset[BodyPart], named: frozenset[BodyPart]) -> bool:
    """Say whether code and words speak of different parts.

    Neighbours that one examination often shows together do not; a fetus and no fetus always do.
    """
    if not coded or not named:
        return False
    if (BodyPart.FETUS in coded) != (BodyPart.FETUS in named):
        return True
    return not any(one == two or frozenset((one, two)) in _NEAR for one in coded for two in named)
