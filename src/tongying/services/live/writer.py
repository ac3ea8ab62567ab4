"""Keeping what is said: whatever waits is kept in one transaction, so that many rooms fit."""

from __future__ import annotations

import asyncio
import logging
from typing import Final

from tongying.consult.room.now import RoomEvent
from tongying.kernel.errors import TongyingError
from tongying.services.live.threads import in_thread
from tongying.web.rooms.log import Said, tell_all
from tongying.web.rooms.marks import Known

BATCH: Final = 100

Answer = asyncio.Future[RoomEvent | TongyingError]

_log = logging.getLogger("tongying.live")


class NotKept(Exception):
    """The database did not take it; whoever said it sends it again."""


class Writer:
    """Takes what is said and answers when it is on the disk."""

    def __init__(self) -> None:
        self._waiting: asyncio.Queue[tuple[Said, Answer]] = asyncio.Queue()
        self._task: asyncio.Task[None] | None = None
        self._known = Known()

    def start(self) -> None:
        """Begin to keep."""
        self._task = asyncio.create_task(self._keep())

    def stop(self) -> None:
        """Keep no more; what waits is not acknowledged, so its page sends it again."""
        if self._task is not None:
            self._task.cancel()

    async def tell(self, said: Said) -> RoomEvent | TongyingError:
        """Keep one thing and return it as kept, or why it is refused.

        Raises
        ------
        NotKept
            If the database did not take it.
        """
        done: Answer = asyncio.get_running_loop().create_future()
        await self._waiting.put((said, done))
        return await done

    async def _keep(self) -> None:
        while True:
            batch = [await self._waiting.get()]
            while len(batch) < BATCH and not self._waiting.empty():
                batch.append(self._waiting.get_nowait())
            said = [one for one, _ in batch]
            try:
                kept = await in_thread(lambda said=said: tell_all(said, self._known))
            except asyncio.CancelledError:
                raise
            except Exception:  # noqa: BLE001 - logged; each is tried by itself
                _log.exception("several things could not be kept in one go")
                for one, done in batch:
                    await _keep_one(one, done)
                continue
            for (_, done), answer in zip(batch, kept, strict=True):
                _answer(done, answer)


async def _keep_one(said: Said, done: Answer) -> None:
    """Keep one thing by itself, so that it spoils nobody else's."""
    try:
        (kept,) = await in_thread(lambda: tell_all([said]))
    except asyncio.CancelledError:
        raise
    except Exception:  # noqa: BLE001 - logged; whoever spoke is told
        _log.exception("what was said could not be kept; its page sends it again")
        if not done.done():
            done.set_exception(NotKept())
        return
    _answer(done, kept)


def _answer(done: Answer, kept: RoomEvent | TongyingError) -> None:
    if not done.done():
        done.set_result(kept)
