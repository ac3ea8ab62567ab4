"""The socket of an association, without the waits and the unlimited reads of the plain one."""

from __future__ import annotations

import os
import select
import socket
import time
from typing import TYPE_CHECKING, Any

from pynetdicom.transport import AssociationSocket

if TYPE_CHECKING:
    from pynetdicom.association import Association

LONGEST_PDU = 4 << 20
"""A peer that announces a longer PDU (bytes) is cut off; it was told a quarter of this."""
LONGEST_WAIT = 0.01
"""How long the connection's thread waits before it looks at timers and stop signs again (s)."""
SHORTEST_WAIT = 0.001
_QUICKACK = getattr(socket, "TCP_QUICKACK", None)


class Wake:
    """A bell that `select` hears."""

    def __init__(self) -> None:
        self._handle = os.eventfd(0, os.EFD_NONBLOCK | os.EFD_CLOEXEC)

    def fileno(self) -> int:
        """Return the file descriptor, for `select`."""
        return self._handle

    def ring(self) -> None:
        """Wake whoever waits, or the next who would."""
        os.eventfd_write(self._handle, 1)

    def clear(self) -> None:
        """Forget that it rang."""
        os.eventfd_read(self._handle)

    def __del__(self) -> None:
        os.close(self._handle)


class QuickSocket(AssociationSocket):
    """A connection that acknowledges at once.

    DCMTK writes a PDU in two pieces and lets the second wait for the acknowledgement of the
    first (Nagle); with the usual delayed acknowledgement every message would cost 40 ms.
    """

    wake: Wake

    @property
    def ready(self) -> bool:
        """Whether there is something to read; waits a little for it, or for something to send."""
        if self.socket is None or not self._is_connected:
            time.sleep(SHORTEST_WAIT)
            return False
        try:
            found, _, _ = select.select([self.socket, self.wake], [], [], LONGEST_WAIT)
        except (OSError, ValueError):
            self.event_queue.put("Evt17")
            return False
        if self.wake in found:
            self.wake.clear()
        return self.socket in found

    def recv(self, nr_bytes: int) -> bytearray:
        """Read exactly this many bytes, fewer only if the connection ends.

        Raises
        ------
        OSError
            If the read fails, or the PDU is longer than `LONGEST_PDU`.
        """
        if nr_bytes > LONGEST_PDU:
            raise OSError("the announced PDU is too long")
        connection = self.socket
        data = bytearray(nr_bytes)
        view = memoryview(data)
        got = 0
        while got < nr_bytes:
            if _QUICKACK is not None:
                # The kernel forgets this setting as it goes.
                connection.setsockopt(socket.IPPROTO_TCP, _QUICKACK, 1)
            count = connection.recv_into(view[got:])
            if not count:
                break
            got += count
        view.release()
        del data[got:]
        return data

    def _shutdown_socket(self) -> None:
        """Shut the connection down and close it, also where the peer has gone already."""
        connection = self.socket
        super()._shutdown_socket()
        if connection is not None:
            connection.close()


def quicken(association: Association, *, silence_seconds: float | None) -> None:
    """Make an association's connection quick.

    pynetdicom's thread sleeps a millisecond before every look at its socket and its queue; this
    one is woken by either.

    Parameters
    ----------
    association : Association
        Connected; its socket is changed in place, since pynetdicom builds its own class.
    silence_seconds : float or None
        A read or write that takes longer fails, so that a peer that dies in mid-message does not
        hold its threads for ever.
    """
    provider: Any = association.dul
    plain = provider.socket
    plain.__class__ = QuickSocket
    wake = plain.wake = Wake()
    send = provider.send_pdu

    def send_and_wake(primitive: Any) -> None:
        send(primitive)
        wake.ring()

    provider.send_pdu = send_and_wake
    provider._run_loop_delay = 0
    plain.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    plain.socket.settimeout(silence_seconds)
