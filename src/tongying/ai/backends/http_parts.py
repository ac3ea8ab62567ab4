"""The parts of a multipart/related answer (RFC 2046 section 5.1, RFC 2387)."""

from __future__ import annotations

from email.message import Message


def parts_of(kind: str, content: bytes) -> list[tuple[str, bytes]] | None:
    r"""Return content type and bytes of each part; None if it is no multipart/related.

    Parameters
    ----------
    kind : str
        Of the Content-Type header.
    content : bytes

    Examples
    --------
    >>> parts_of("multipart/related; boundary=b", b"--b\r\nContent-Type: a/b\r\n\r\nx\r\n--b--")
    [('a/b', b'x')]
    """
    header = Message()
    header["Content-Type"] = kind
    boundary = header.get_boundary()
    if header.get_content_type() != "multipart/related" or not boundary:
        return None
    found = []
    # The first delimiter may stand at the very beginning.
    pieces = (b"\r\n" + content).split(b"\r\n--" + boundary.encode("latin-1"))
    if len(pieces) < 2 or not pieces[-1].startswith(b"--"):
        return None
    for piece in pieces[1:-1]:
        head, parted, body = piece.removeprefix(b"\r\n").partition(b"\r\n\r\n")
        if not parted:
            return None
        fields = {
            line.partition(b":")[0].strip().lower(): line.partition(b":")[2].strip()
            for line in head.split(b"\r\n")
        }
        found.append((fields.get(b"content-type", b"").decode("latin-1"), body))
    return found
