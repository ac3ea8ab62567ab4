"""Small matrices on one thread: more of them only wait for one another.

The products of a fit are a few dozen columns wide. With a second thread of the linear algebra
library on a machine of two busy cores they took five times the processor time.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, wraps
from typing import ParamSpec, TypeVar

from threadpoolctl import ThreadpoolController

P = ParamSpec("P")
T = TypeVar("T")


def one_thread(compute: Callable[P, T]) -> Callable[P, T]:
    """Return the function such that linear algebra within it uses one thread."""

    @wraps(compute)
    def alone(*args: P.args, **kwargs: P.kwargs) -> T:
        with _controller().limit(limits=1, user_api="blas"):
            return compute(*args, **kwargs)

    return alone


@cache
def _controller() -> ThreadpoolController:
    return ThreadpoolController()
