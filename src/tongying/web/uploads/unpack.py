"""Unpacking an uploaded zip into the archive, member by member, each with its outcome.

The worker may die at any point and call again: members that have an outcome are not read twice.
"""

from __future__ import annotations

import lzma
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import BinaryIO, ClassVar, Final

from tongying.archive.arrival import Arrival, Fate, Sender
from tongying.archive.ingest import Intake
from tongying.kernel.errors import BadInput, TongyingError
from tongying.web.uploads import parts, store
from tongying.web.uploads.intake import Readable, offer, open_intake
from tongying.web.uploads.names import member_name

BATCH_MEMBERS: Final = 20
"""Members between two notes of outcomes and progress."""
LARGEST_TOTAL_BYTES: Final = 20 * 10**9
"""Bytes that one zip may unpack to (operator's choice)."""
MOST_MEMBERS: Final = 200_000
LARGEST_RATIO: Final = 200
"""Unpacked to packed bytes of a whole zip; images reach about 2 to 20, air around them 100."""
RATIO_FREE_BYTES: Final = 100 * 10**6
"""Below this total the ratio says nothing: small, empty images pack very well."""
LARGEST_DIRECTORY_BYTES: Final = 64 * 10**6
"""Central directory, which is read into memory as a whole."""

_ENCRYPTED = 0x1
_NESTED = (".zip", ".7z", ".rar", ".tar", ".tgz", ".gz")
_READ_ERRORS = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    EOFError,
    OSError,
    ValueError,
    NotImplementedError,
)
"""What reading a damaged or unsupported member may raise (bz2 raises OSError and ValueError)."""

Progress = Callable[[int, int, str], None]


class ZipUnreadable(BadInput):
    """The zip itself cannot be read."""

    code: ClassVar[str] = "upload.zip-unreadable"


class ZipMemberRefused(BadInput):
    """A member of the zip cannot be read."""

    code: ClassVar[str] = "upload.member"


class ZipTooLarge(BadInput):
    """The zip unpacks to more than is taken."""

    code: ClassVar[str] = "upload.zip-too-large"


@dataclass(slots=True)
class _Budget:
    """How many bytes may still be unpacked."""

    packed: int
    spent: int = 0

    def spend(self, count: int) -> None:
        self.spent += count
        if self.spent > LARGEST_TOTAL_BYTES:
            raise ZipTooLarge("The zip unpacks to more than 20 GB; send it in parts.")
        if self.spent > RATIO_FREE_BYTES + LARGEST_RATIO * self.packed:
            raise ZipTooLarge("The zip unpacks to far more than images do; the rest is not read.")


@dataclass(slots=True)
class _Counted:
    """A member's bytes, counted against the budget as they come."""

    source: Readable
    budget: _Budget

    def read(self, size: int = -1) -> bytes:
        try:
            chunk = self.source.read(size)
        except _READ_ERRORS:
            # Caught here, around the reading alone: a full disk is not the member's fault.
            raise _damaged() from None
        self.budget.spend(len(chunk))
        return chunk


def unpack(code: str, progress: Progress) -> None:
    """Take every member of an uploaded zip in, then drop the zip.

    Parameters
    ----------
    code : str
        The upload file's code.
    progress : callable
        Told (members done, members in all, name of the last one) after every 20 members.

    """
    with parts.writing(code, wait=True) as part:
        state = store.state_of(code)
        if state is None or state.finished:
            parts.drop(code)
            return
        try:
            _check_directory(part, state.length)
            archive = zipfile.ZipFile(part)
        except (ZipUnreadable, *_READ_ERRORS) as error:
            refusal = error if isinstance(error, ZipUnreadable) else _unreadable()
            store.finish(code, [(0, _refused(state.name, refusal))])
            return
        with archive:
            _Unpacking(code, state.name, archive, _Budget(state.length)).run(progress)
        store.finish(code)


@dataclass(slots=True)
class _Unpacking:
    """One zip being unpacked."""

    code: str
    zip_name: str
    archive: zipfile.ZipFile
    budget: _Budget
    sender: Sender = field(init=False)
    stop: ZipTooLarge | None = None

    def run(self, progress: Progress) -> None:
        self.sender = store.sender_of_file(self.code)
        members = [info for info in self.archive.infolist() if not info.is_dir()]
        if not members:
            refusal = ZipUnreadable("The zip is empty.")
            store.note_outcomes(self.code, [(0, _refused(self.zip_name, refusal))])
            return
        done = store.positions_done(self.code)
        total = len(members)
        for batch in _batches(list(enumerate(members))):
            waiting = [(place, info) for place, info in batch if place not in done]
            store.note_outcomes(self.code, self._take(waiting))
            last = batch[-1]
            progress(last[0] + 1, total, self._label(last[1]))

    def _take(self, batch: list[tuple[int, zipfile.ZipInfo]]) -> list[tuple[int, Arrival]]:
        intake = open_intake(self.sender)
        for _, info in batch:
            self._offer(intake, info)
        arrivals = intake.flush()
        pairs = []
        for (place, info), arrival in zip(batch, arrivals, strict=True):
            if arrival.code == "archive.twice-at-once":
                # Two of one batch share a UID: by itself the second is kept as a conflict.
                alone = open_intake(self.sender)
                self._offer(alone, info)
                pairs.append((place, alone.flush()[0]))
            else:
                pairs.append((place, arrival))
        return pairs

    def _offer(self, intake: Intake, info: zipfile.ZipInfo) -> None:
        name = self._label(info)
        refusal: TongyingError | None = self.stop
        if refusal is None and info.flag_bits & _ENCRYPTED:
            refusal = ZipMemberRefused("The file is locked with a password; send it without one.")
        if refusal is None and name.lower().endswith(_NESTED):
            refusal = ZipMemberRefused(
                "A packed file inside a zip: unpack it first, or send it alone."
            )
        if refusal is not None:
            intake.refuse(name, refusal)
            return
        try:
            member = self.archive.open(info)
        except _READ_ERRORS:
            intake.refuse(name, _damaged())
            return
        with member:
            try:
                offer(intake, name, _Counted(member, self.budget))
            except ZipTooLarge as error:
                self.stop = error
                intake.refuse(name, error)
            except ZipMemberRefused as error:
                intake.refuse(name, error)

    def _label(self, info: zipfile.ZipInfo) -> str:
        return f"{self.zip_name}/{member_name(info.orig_filename, info.flag_bits, info.extra)}"


def _batches(
    members: list[tuple[int, zipfile.ZipInfo]],
) -> Iterator[list[tuple[int, zipfile.ZipInfo]]]:
    for start in range(0, len(members), BATCH_MEMBERS):
        yield members[start : start + BATCH_MEMBERS]


def _check_directory(part: BinaryIO, length: int) -> None:
    """Refuse a zip whose list of members would not fit into memory (APPNOTE 4.3.14 to 4.3.16)."""
    tail_length = min(length, 65_557 + 20)
    part.seek(length - tail_length)
    tail = part.read(tail_length)
    end = tail.rfind(b"PK\x05\x06")
    if end < 0 or end + 22 > len(tail):
        raise _unreadable()
    count, directory = struct.unpack_from("<HL", tail, end + 10)
    if directory == 0xFFFFFFFF or count == 0xFFFF:
        locator = tail.rfind(b"PK\x06\x07", 0, end)
        if locator >= 0 and locator + 20 <= len(tail):
            (start,) = struct.unpack_from("<Q", tail, locator + 8)
            if start + 56 <= length:
                part.seek(start)
                record = part.read(56)
                count, directory = struct.unpack_from("<QQ", record, 32)
    part.seek(0)
    if directory > LARGEST_DIRECTORY_BYTES or count > MOST_MEMBERS:
        raise ZipUnreadable("The zip lists more files than are taken; send it in parts.")


def _damaged() -> ZipMemberRefused:
    return ZipMemberRefused("The file is damaged inside the zip, or packed in a way not read here.")


def _unreadable() -> ZipUnreadable:
    return ZipUnreadable("The zip cannot be read: it is damaged or was cut off. Send it again.")


def _refused(name: str, error: TongyingError) -> Arrival:
    return Arrival(name=name, fate=Fate.REFUSED, code=error.error_code, reason=error.sentence)
