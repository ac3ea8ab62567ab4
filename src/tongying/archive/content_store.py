"""Files kept by what is in them: the SHA-256 of the bytes is the name.

An object is written once and never changed. `Incoming.keep` makes it durable (written, synced,
linked under its name) but it only counts once the index knows it; until then its mark stays in
``incoming/`` so that `FileContentStore.sweep` can tell, after a crash, which objects nobody owns.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import uuid
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, ClassVar, Protocol, Self

from tongying.kernel.errors import NotFound

CHUNK_BYTES = 1 << 20


class ObjectMissing(NotFound):
    """The store has no object of this digest."""

    code: ClassVar[str] = "archive.object-missing"


class Incoming(Protocol):
    """An object on its way in."""

    size: int

    def write(self, chunk: bytes | memoryview) -> None:
        """Append bytes."""

    def reader(self) -> BinaryIO:
        """Return the bytes written so far as a seekable file, at its start."""

    def digest(self) -> str:
        """Return the SHA-256 (hex) of the bytes written so far."""

    def keep(self) -> str:
        """Make the object durable under its digest and return the digest."""

    def settle(self) -> None:
        """Say that the index now owns the object."""

    def abandon(self, owned: Callable[[str], bool]) -> None:
        """Take a kept object back, unless somebody owns it or is bringing the same bytes in."""

    def drop(self) -> None:
        """Forget the bytes."""


class ContentStore(Protocol):
    """Where objects are kept. One suite of tests holds every implementation to this."""

    def incoming(self) -> Incoming:
        """Begin a new object."""

    def open(self, digest: str) -> BinaryIO:
        """Open an object for reading."""

    def path(self, digest: str) -> Path:
        """Return a local path of the object, for libraries that need one."""

    def read(self, digest: str, spans: Iterable[tuple[int, int]]) -> bytes:
        """Return the bytes of the (offset, length) spans, joined."""

    def size(self, digest: str) -> int | None:
        """Return an object's size in bytes, or None where it is missing."""

    def delete(self, digest: str) -> None:
        """Remove an object; removing a missing one is no error."""

    def digests(self) -> Iterator[str]:
        """Yield every object's digest."""

    def sweep(self, owned: Callable[[str], bool]) -> list[str]:
        """Clear what a crash left: unfinished bytes, and marked objects that nobody owns."""


class FileIncoming:
    """An object being written below a `FileContentStore`."""

    def __init__(self, store: FileContentStore) -> None:
        self._store = store
        self._mark = store.incoming_dir / f"{uuid.uuid4().hex}.part"
        self._file: BinaryIO = self._mark.open("w+b")
        self._hash = hashlib.sha256()
        self.size = 0

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Drop the bytes if something went wrong."""
        if kind is not None:
            self.drop()

    def write(self, chunk: bytes | memoryview) -> None:
        """Append bytes."""
        self._file.write(chunk)
        self._hash.update(chunk)
        self.size += len(chunk)

    def reader(self) -> BinaryIO:
        """Return the bytes written so far as a seekable file, at its start."""
        self._file.flush()
        self._file.seek(0)
        return self._file

    def digest(self) -> str:
        """Return the SHA-256 (hex) of the bytes written so far."""
        return self._hash.hexdigest()

    def keep(self) -> str:
        """Sync the bytes and link them under their digest.

        The mark is renamed first, so that a crash at any point leaves either unfinished bytes or a
        mark that names the object.
        """
        digest = self.digest()
        self._file.flush()
        os.fsync(self._file.fileno())
        named = self._mark.with_name(f"{digest}.{self._mark.stem}.kept")
        self._mark.rename(named)
        self._mark = named
        target = self._store.path(digest)
        for attempt in (1, 2):
            try:
                os.link(self._mark, target)
                break
            except FileExistsError:
                break
            except FileNotFoundError:
                if attempt == 2:
                    raise
                target.parent.mkdir(parents=True, exist_ok=True)
                self._store.sync_directory(target.parent.parent)
        self._store.sync_directory(target.parent)
        return digest

    def settle(self) -> None:
        """Remove the mark: the index owns the object."""
        self._file.close()
        self._mark.unlink(missing_ok=True)

    def abandon(self, owned: Callable[[str], bool]) -> None:
        """Take a kept object back, unless somebody owns it or is bringing the same bytes in."""
        digest = self.digest()
        self.settle()
        others = any(self._store.incoming_dir.glob(f"{digest}.*"))
        if not others and not owned(digest):
            self._store.delete(digest)

    def drop(self) -> None:
        """Forget bytes that were not kept."""
        self.settle()


class FileContentStore:
    """Objects as files in ``objects/ab/<digest>`` below a root on one file system.

    Parameters
    ----------
    root : Path
        Directory that holds ``objects`` and ``incoming``; made if missing.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self.objects_dir = root / "objects"
        self.incoming_dir = root / "incoming"
        self.objects_dir.mkdir(parents=True, exist_ok=True)
        self.incoming_dir.mkdir(parents=True, exist_ok=True)
        self._busy: BinaryIO | None = None

    def incoming(self) -> FileIncoming:
        """Begin a new object."""
        if self._busy is None:
            # Held until the process ends, however it ends: a sweep must not meet living marks.
            self._busy = (self.root / "incoming.lock").open("ab")
            fcntl.flock(self._busy, fcntl.LOCK_SH)
        return FileIncoming(self)

    def path(self, digest: str) -> Path:
        """Return where the object of this digest lies or would lie."""
        return self.objects_dir / digest[:2] / digest

    def open(self, digest: str) -> BinaryIO:
        """Open an object for reading.

        Raises
        ------
        ObjectMissing
            If there is no such object.
        """
        try:
            return self.path(digest).open("rb")
        except FileNotFoundError:
            raise ObjectMissing("The archive has lost the bytes of this object.") from None

    def read(self, digest: str, spans: Iterable[tuple[int, int]]) -> bytes:
        """Return the bytes of the (offset, length) spans, joined.

        Raises
        ------
        ObjectMissing
            If there is no such object.
        """
        try:
            handle = os.open(self.path(digest), os.O_RDONLY)
        except FileNotFoundError:
            raise ObjectMissing("The archive has lost the bytes of this object.") from None
        try:
            return b"".join(os.pread(handle, length, offset) for offset, length in spans)
        finally:
            os.close(handle)

    def size(self, digest: str) -> int | None:
        """Return an object's size in bytes, or None where it is missing."""
        try:
            return self.path(digest).stat().st_size
        except FileNotFoundError:
            return None

    def delete(self, digest: str) -> None:
        """Remove an object; removing a missing one is no error."""
        self.path(digest).unlink(missing_ok=True)

    def digests(self) -> Iterator[str]:
        """Yield every object's digest, directory by directory."""
        for directory in sorted(self.objects_dir.iterdir()):
            for entry in sorted(directory.iterdir()):
                yield entry.name

    def in_use(self) -> bool:
        """Say whether a living process is bringing files in (or may be at any moment)."""
        with (self.root / "incoming.lock").open("ab") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return True
        return False

    def sweep(self, owned: Callable[[str], bool]) -> list[str]:
        """Clear what a crash left in ``incoming``, unless a living process is bringing files in.

        Parameters
        ----------
        owned : callable
            Says whether the index owns the object of a digest.

        Returns
        -------
        list of str
            Digests of objects removed because nobody owns them.
        """
        removed: list[str] = []
        with (self.root / "incoming.lock").open("ab") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return removed
            self._clear_marks(owned, removed)
        return removed

    def _clear_marks(self, owned: Callable[[str], bool], removed: list[str]) -> None:
        for mark in sorted(self.incoming_dir.iterdir()):
            digest, _, rest = mark.name.partition(".")
            if rest.endswith(".kept") and not owned(digest):
                self.delete(digest)
                removed.append(digest)
            mark.unlink(missing_ok=True)

    @staticmethod
    def sync_directory(directory: Path) -> None:
        """Make the names in a directory durable."""
        handle = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
