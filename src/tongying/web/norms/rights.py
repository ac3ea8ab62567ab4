"""Who asks for fits, drafts, signs, closes and calibrates; every signed-in member reads norms."""

from __future__ import annotations

from typing import ClassVar, Final

from tongying.consult.people import Role, Viewer
from tongying.kernel.errors import NotAllowed

FITTING_ROLES: Final = frozenset({Role.RESEARCHER})
"""Who asks for fits, drafts and closes releases, and calibrates a site: of any hospital, because a
fit pools the agreed values of all sites without identities."""
FIT_READING_ROLES: Final = frozenset({Role.RESEARCHER, Role.EXPERT, Role.ADMIN})
"""Who sees fits and drafts: those who make, sign or run them. Published releases are for all."""
SIGNING_ROLES: Final = frozenset({Role.RESEARCHER, Role.EXPERT})
"""Whose signature on a release counts; one of the two must be an expert's."""
SIGN_OFF_ROLES: Final = frozenset({Role.EXPERT})
"""Who signs off a published table."""


class FitsNotYours(NotAllowed):
    """The viewer's role does not see fits and drafts."""

    code: ClassVar[str] = "norms.fits-not-yours"


class FittingNotYours(NotAllowed):
    """The viewer's role does not ask for fits, draft, close or calibrate."""

    code: ClassVar[str] = "norms.fitting-not-yours"


class SigningNotYours(NotAllowed):
    """The viewer's role does not sign norms."""

    code: ClassVar[str] = "norms.signing-not-yours"


def may_read_fits(viewer: Viewer) -> bool:
    """Say whether the viewer's role sees fits and drafts."""
    return viewer.role in FIT_READING_ROLES


def may_fit(viewer: Viewer) -> bool:
    """Say whether the viewer's role asks for fits, drafts, closes and calibrates."""
    return viewer.role in FITTING_ROLES


def may_sign(viewer: Viewer) -> bool:
    """Say whether the viewer's signature on a release counts."""
    return viewer.role in SIGNING_ROLES


def may_sign_off(viewer: Viewer) -> bool:
    """Say whether the viewer signs off published tables."""
    return viewer.role in SIGN_OFF_ROLES


def check_reading_fits(viewer: Viewer) -> None:
    """Raise unless the viewer's role sees fits and drafts.

    Raises
    ------
    FitsNotYours
        If it does not.
    """
    if not may_read_fits(viewer):
        raise FitsNotYours("Fits and drafts are for researchers, experts and administrators.")


def check_fitting(viewer: Viewer) -> None:
    """Raise unless the viewer's role asks for fits, drafts, closes and calibrates.

    Raises
    ------
    FittingNotYours
        If it does not.
    """
    if not may_fit(viewer):
        raise FittingNotYours("Only a researcher fits, drafts, closes and calibrates norms.")


def check_signing(viewer: Viewer) -> None:
    """Raise unless the viewer's signature on a release counts.

    Raises
    ------
    SigningNotYours
        If it does not.
    """
    if not may_sign(viewer):
        raise SigningNotYours("A release is signed by researchers and experts.")


def check_sign_off(viewer: Viewer) -> None:
    """Raise unless the viewer signs off published tables.

    Raises
    ------
    SigningNotYours
        If they do not.
    """
    if not may_sign_off(viewer):
        raise SigningNotYours("Only an expert signs off a published norm.")
