"""Models that are here: what ships has a row once it is needed, packs once installed."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar, Final

from django.conf import settings
from django.db import transaction

from tongying.ai.card.catalogue import cards, text_of
from tongying.ai.card.definition import ModelCard
from tongying.ai.pack import install_pack
from tongying.consult.people import Role, Viewer
from tongying.kernel.audit import Action, AuditEvent
from tongying.kernel.errors import Conflict, NotAllowed, NotFound
from tongying.pathway.reading import digest_of
from tongying.web import now as clock
from tongying.web.ai.models import ModelRow
from tongying.web.trail import store as trail

INSTALLING_ROLES: Final = frozenset({Role.ADMIN})
PACKS: Final = "packs"
"""Below the data directory."""


class InstallingNotYours(NotAllowed):
    """The viewer's role installs no models."""

    code: ClassVar[str] = "ai.installing-not-yours"


class ModelNotInstalled(NotFound):
    """No model of this name is here."""

    code: ClassVar[str] = "ai.model-not-installed"


class VersionInstalled(Conflict):
    """Another text or other files stand under this id and version already."""

    code: ClassVar[str] = "ai.version-installed"


def model_row(card_id: str) -> ModelRow:
    """Return the row of the newest version of a model; one that ships is entered when asked for.

    Raises
    ------
    ModelNotInstalled
        If no model of this name is here.
    """
    installed = (
        ModelRow.objects.filter(card_id=card_id, removed_at=None, bundled=False)
        .order_by("-installed_at", "-pk")
        .first()
    )
    if installed is not None:
        return installed
    if card_id not in cards():
        raise ModelNotInstalled("No model of this name is installed here.")
    return _shipped(card_id)


def packs_folder() -> Path:
    """Return where the files of packs lie."""
    folder: Path = settings.DATA_DIR / PACKS
    return folder


def folder_of(row: ModelRow) -> Path | None:
    """Return the folder of a model's pack; None for a built-in or a service."""
    return packs_folder() / row.folder if row.folder else None


def install(source: Path, viewer: Viewer | None = None) -> ModelRow:
    """Install a pack for the whole installation; it is off everywhere until somebody moves it.

    Parameters
    ----------
    source : Path
        Folder or zip of the pack; of a service or a performer outside it holds the card alone.
    viewer : Viewer or None
        None: from the command line of the machine.

    Raises
    ------
    InstallingNotYours
        If the viewer's role installs none.
    CardRefused, PackBroken, PackThere
        If the pack is not whole, or its card not understood.
    VersionInstalled
        If something else stands under this id and version.
    """
    if viewer is not None and viewer.role not in INSTALLING_ROLES:
        raise InstallingNotYours("Administrators install models.")
    pack = install_pack(source, packs_folder())
    card, text = pack.card, pack.text
    now = clock.now()
    with transaction.atomic():
        trail.hold()
        row = ModelRow.objects.filter(card_id=card.id, version=card.version).first()
        digest = digest_of(text)
        if row is not None:
            if row.card_sha256 != digest:
                raise VersionInstalled(
                    "Another text stands under this id and version; a change is a new version."
                )
            return row
        row = ModelRow.objects.create(
            card_id=card.id,
            version=card.version,
            vendor=card.vendor,
            card=text,
            card_sha256=digest,
            bundled=False,
            folder=str(pack.folder.relative_to(packs_folder())),
            installed_by_id=viewer.user if viewer else None,
            installed_at=now,
        )
        _audit(viewer, row, "installed")
    return row


def _shipped(card_id: str) -> ModelRow:
    card: ModelCard = cards()[card_id]
    text = text_of(card_id)
    row, _ = ModelRow.objects.get_or_create(
        card_id=card_id,
        version=card.version,
        defaults={
            "vendor": card.vendor,
            "card": text,
            "card_sha256": digest_of(text),
            "bundled": True,
            "installed_at": clock.now(),
        },
    )
    return row


def _audit(viewer: Viewer | None, row: ModelRow, what: str) -> None:
    detail = {"what": what, "version": row.version, "card": row.card_sha256}
    actor, hospital = (viewer.login, str(viewer.hospital)) if viewer else ("command-line", "")
    event = AuditEvent(clock.now(), actor, Action.CREATE, "ai-model", row.card_id, hospital, detail)
    trail.append([event])
