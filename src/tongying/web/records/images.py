"""Opening a stored instance for decoding and rendering."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings

from tongying.archive.content_store import FileContentStore
from tongying.dicom.frame_table import FrameTable
from tongying.dicom.stored_image import NoPixelData, StoredImage
from tongying.web.records.models import InstanceMetadata
from tongying.web.records.reading import Located


def content_store() -> FileContentStore:
    """Return the content store of this installation (one per process)."""
    global _store  # noqa: PLW0603 - opened on first use, when settings are ready
    if _store is None:
        _store = FileContentStore(settings.DATA_DIR)
    return _store


_store: FileContentStore | None = None


@contextmanager
def opened_image(located: Located) -> Iterator[StoredImage]:
    """Open an instance with its metadata and frame table.

    Raises
    ------
    NoPixelData
        If the instance has no frames.
    tongying.archive.content_store.ObjectMissing
        If its bytes are lost.
    """
    if located.frames is None:
        raise NoPixelData("The object has no image to show.")
    metadata = json.loads(bytes(InstanceMetadata.objects.get(pk=located.pk).json))
    with content_store().open(located.digest) as file:
        yield StoredImage(
            file=file,
            metadata=metadata,
            bulk={path: (span[0], span[1]) for path, span in located.bulk.items()},
            frames=FrameTable.from_bytes(located.frames),
            transfer_syntax_uid=located.transfer_syntax_uid,
        )
