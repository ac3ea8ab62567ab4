"""Work on the database beside the event loop: a few threads that keep their connections."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Final, TypeVar

from tongying.web.boot import end_of_work

T = TypeVar("T")
THREADS: Final = 3

_pool = ThreadPoolExecutor(THREADS, thread_name_prefix="live")


async def in_thread(act: Callable[[], T]) -> T:
    """Run something that asks the database, and return what it returns."""

    def work() -> T:
        try:
            return act()
        finally:
            end_of_work()

    return await asyncio.get_running_loop().run_in_executor(_pool, work)
