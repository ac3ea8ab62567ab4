"""Whether two series are of one child, as far as their headers say."""

from __future__ import annotations

from typing import ClassVar

from pydicom.dataset import Dataset

from tongying.kernel.caveat import Caveat
from tongying.kernel.errors import BadInput

IDENTITY_UNPROVEN = Caveat(
    "fusion.identity-unproven",
    "The images do not say enough to prove that they are of one child; check before you rely on"
    " them.",
)
IDENTITY_BY_BIRTH = Caveat(
    "fusion.identity-by-birth",
    "The patient numbers come from different hospitals; only name and date of birth agree.",
)


class OtherChild(BadInput):
    """The two series are of different children."""

    code: ClassVar[str] = "fusion.other-child"


def check_same_child(
    fixed: Dataset, moving: Dataset, *, linked: bool = False
) -> tuple[Caveat, ...]:
    """Raise unless the headers allow that both images are of one child.

    A date of birth or a sex that differs is another child. A patient number that differs is
    another child unless its issuers differ and name and date of birth agree.

    Parameters
    ----------
    fixed, moving : Dataset
        With the patient module, where it is known.
    linked : bool, optional
        Somebody has confirmed that the two records are one child: numbers may differ then, dates of
        birth and sexes may not.

    Returns
    -------
    tuple of Caveat
        Empty where patient number and issuer agree.

    Raises
    ------
    OtherChild
        If something known differs.
    """
    for keyword, what in (("PatientBirthDate", "dates of birth"), ("PatientSex", "sexes")):
        one, other = _text(fixed, keyword), _text(moving, keyword)
        if one and other and one != other:
            raise OtherChild(
                f"The two images carry different {what}: they are not of one child and were not"
                " brought together."
            )
    if linked:
        return ()
    one, other = _text(fixed, "PatientID"), _text(moving, "PatientID")
    if not one or not other:
        return (IDENTITY_UNPROVEN,)
    issuers = _text(fixed, "IssuerOfPatientID"), _text(moving, "IssuerOfPatientID")
    apart = all(issuers) and issuers[0] != issuers[1]
    if one == other and not apart:
        return ()
    born = _text(fixed, "PatientBirthDate")
    same_birth = bool(born) and born == _text(moving, "PatientBirthDate")
    if apart and same_birth and _same_name(fixed, moving):
        return (IDENTITY_BY_BIRTH,)
    raise OtherChild(
        "The two images carry different patient numbers: they are not known to be of one child and"
        " were not brought together."
    )


def _text(header: Dataset, keyword: str) -> str:
    return str(header.get(keyword) or "").strip()


def _same_name(fixed: Dataset, moving: Dataset) -> bool:
    """Say whether a written name agrees; one written in letters only may not show it."""
    one, other = _groups(fixed), _groups(moving)
    return bool(one & other)


def _groups(header: Dataset) -> set[str]:
    groups = _text(header, "PatientName").casefold().split("=")
    return {group.strip(" ^").replace("^", " ") for group in groups if group.strip(" ^")}
