"""A loop of its own: a browser test of the same process leaves one running in the main thread."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any


def run_apart(story: Coroutine[Any, Any, Any]) -> Any:
    """Run a coroutine to its end in a thread of its own, and give what it gives."""
    with ThreadPoolExecutor(1) as apart:
        return apart.submit(asyncio.run, story).result()
