"""The one door through which services reach rows: set Django up, migrate, open the stores."""

from __future__ import annotations

import os
from pathlib import Path


def boot(data: Path | None = None) -> None:
    """Set Django up on a data directory. Call it once, before importing any store.

    Parameters
    ----------
    data : Path, optional
        The data directory; default ``TONGYING_DATA`` or ``data`` in the working directory.
    """
    if data is not None:
        os.environ["TONGYING_DATA"] = str(data.resolve())
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tongying.web.settings")
    import django

    django.setup()


def migrate() -> None:
    """Bring the database to the tables of this version."""
    from django.core.management import call_command

    call_command("migrate", verbosity=0, interactive=False)


def end_of_work(*, thread_ends: bool = False) -> None:
    """Let go of database connections between two pieces of a service's work.

    Parameters
    ----------
    thread_ends : bool, optional
        Close this thread's connections altogether; otherwise only those that failed or are stale.
    """
    from django.db import close_old_connections, connections

    if thread_ends:
        connections.close_all()
    else:
        close_old_connections()
