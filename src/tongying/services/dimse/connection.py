"""The socket of an association, without the waits and the unlimited reads of the plain one."""

from __future__ import annotations

import socket

from pynetdicom.transport import AssociationSocket

LONGEST_PDU = 4 << 20
"""A peer that announces a longer PDU (bytes) is cut off; it was told a quarter of this."""
_QUICKACK = getattr(socket, "TCP_QUICKACK", None)


class QuickSocket(AssociationSocket):
    """A connection that acknowledges at once.

    DCMTK writes a PDU in two pieces and lets the second wait for the acknowledgement of the
    first (Nagle); with the usual delayed acknowledgement every message would cost 40 ms.
    """

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


def quicken(plain: AssociationSocket, *, silence_seconds: float | None) -> None:
    """Make a connection quick.

    Parameters
    ----------
    plain : AssociationSocket
        Connected; changed in place, since pynetdicom builds its own class.
    silence_seconds : float or None
        A read or write that takes longer fails, so that a peer that dies in mid-message does not
        hold its threads for ever.
    """
    plain.__class__ = QuickSocket
    plain.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    plain.socket.settimeout(silence_seconds)
