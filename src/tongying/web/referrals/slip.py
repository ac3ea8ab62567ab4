"""The parents' slip of a referral."""

from __future__ import annotations

from django.conf import settings
from django.utils import timezone

from tongying.consult.document import Language
from tongying.consult.people import Viewer
from tongying.consult.referral_moves import ReferralNotFound
from tongying.consult.referral_order import Attachment, Needs, Transport
from tongying.web import now as clock
from tongying.web.cases.rows import display_name
from tongying.web.documents.slip import PAPERS, Slip, render_slip
from tongying.web.referrals.reading import public_referral
from tongying.web.referrals.rows import referral_number
from tongying.web.referrals.visible import referrals_for
from tongying.web.trail import store as trail

__all__ = ["PAPERS", "public_address", "slip_of", "slip_pdf"]


def slip_pdf(viewer: Viewer, referral_id: int, *, paper: str, language: Language) -> bytes:
    """Print the slip as it stands now, and record the reading.

    Parameters
    ----------
    viewer : Viewer
    referral_id : int
    paper : str
        One of `PAPERS`.
    language : Language

    Raises
    ------
    ReferralNotFound
        If the referral does not exist for the viewer.
    """
    return render_slip(slip_of(viewer, referral_id), paper=paper, language=language)


def slip_of(viewer: Viewer, referral_id: int) -> Slip:
    """Return what the slip says, and record the reading.

    Raises
    ------
    ReferralNotFound
        If the referral does not exist for the viewer.
    """
    row = (
        referrals_for(viewer)
        .filter(pk=referral_id)
        .select_related("case__asking", "case__child", "receiving", "doctor")
        .first()
    )
    public = None if row is None else public_referral(row.code)
    if row is None or public is None:
        raise ReferralNotFound("There is no such referral.")
    trail.note_read(viewer.login, "referral", referral_number(row), row.case.asking_id, door="slip")
    at = public.appointment_at
    return Slip(
        child=display_name(row.case.child),
        asking=public.asking_name,
        receiving=public.receiving_name,
        place=public.place,
        doctor=row.doctor.name if row.doctor and at else "",
        appointment_at=None if at is None else timezone.localtime(at),
        needs=Needs(row.needs),
        transport=Transport(row.transport),
        images_sent=Attachment.IMAGES.value in row.documents,
        code=row.code,
        url=public_address(row.code),
        printed_at=timezone.localtime(clock.now()),
    )


def public_address(code: str) -> str:
    """Return the address of the public page behind a slip's code."""
    return f"{settings.TONGYING_URL}/r/{code}/"
