"""ISO 2022 code extension as DICOM uses it: escape sequences switch the G0 and G1 code elements.

pydicom leaves the escape bytes of ISO 2022 IR 58 (GB2312) in the text, so this is its own decoder.

References
----------
DICOM PS3.3 tables C.12-3 and C.12-4 (escape sequences); PS3.5 section 6.1.2.5.
"""

from __future__ import annotations

_ESCAPE = 0x1B
_G0 = {
    b"(B": "ascii",
    b"(J": "ascii",  # JIS X 0201 romaji; its yen and overline are read as ASCII
    b"$B": "jis0208",
    b"$@": "jis0208",
    b"$(D": "jis0212",
}
_G1 = {
    b"-A": "latin-1",
    b"-B": "iso8859_2",
    b"-C": "iso8859_3",
    b"-D": "iso8859_4",
    b"-F": "iso8859_7",
    b"-G": "iso8859_6",
    b"-H": "iso8859_8",
    b"-L": "iso8859_5",
    b"-M": "iso8859_9",
    b"-T": "tis_620",
    b")I": "shift_jis",
    b"$)C": "euc_kr",
    b"$)A": "gb18030",  # GB2312 and what vendors write beyond it
}
_ESCAPES = sorted([*_G0, *_G1], key=len, reverse=True)
CODE_EXTENSION_G1 = {"iso_ir_58": "gb18030", "euc_kr": "euc_kr", "gb2312": "gb18030"}
"""Multi-byte codecs whose bytes lie in G1, by pydicom's name for them."""
_MULTI_BYTE_G0 = frozenset({"jis0208", "jis0212"})
_ONLY_G0 = frozenset({"iso2022_jp", "iso2022_jp_2", "utf8", "utf-8"})
_DELIMITERS = frozenset(b"\\^=\r\n\f\t")


def decode_iso2022(value: bytes, codecs: tuple[str, ...]) -> str | None:
    """Decode text with code extension, without its escape sequences.

    Parameters
    ----------
    value : bytes
        One value or several separated by backslashes.
    codecs : tuple of str
        Python codecs of the terms of (0008,0005), in order.

    Returns
    -------
    str or None
        None if bytes belong to no designated set.

    Notes
    -----
    A delimiter resets to the first term's sets. Writers often forget to repeat the escape after
    a delimiter; where the first term has no upper half, the last designated one stays in force.
    """
    initial_g1 = _upper_half(codecs[0])
    others = [half for half in map(_upper_half, codecs[1:]) if half]
    fallback = others[0] if others else "latin-1"
    g0, g1 = "ascii", initial_g1
    out: list[str] = []
    at, end = 0, len(value)
    while at < end:
        byte = value[at]
        if byte == _ESCAPE:
            sequence = next((e for e in _ESCAPES if value.startswith(e, at + 1)), None)
            if sequence is None:
                return None
            if sequence in _G0:
                g0 = _G0[sequence]
            else:
                g1 = _G1[sequence]
            at += 1 + len(sequence)
            continue
        stop = _run_end(value, at, end, paired=g0 in _MULTI_BYTE_G0)
        run = value[at:stop]
        try:
            if byte >= 0x80:
                out.append(run.decode(g1 or fallback))
            elif g0 in _MULTI_BYTE_G0 and byte > 0x20:
                out.append(_decode_jis(run, g0))
            else:
                out.append(run.decode("ascii"))
        except UnicodeDecodeError:
            return None
        if byte < 0x80 and g0 == "ascii" and not _DELIMITERS.isdisjoint(run) and initial_g1:
            g1 = initial_g1
        if g0 in _MULTI_BYTE_G0 and byte <= 0x20 and not _DELIMITERS.isdisjoint(run):
            g0 = "ascii"
        at = stop
    return "".join(out)


def _upper_half(codec: str) -> str | None:
    if codec in _ONLY_G0 or codec == "latin-1":  # pydicom's ISO 646 terms, see charset
        return None
    return CODE_EXTENSION_G1.get(codec, codec)


def _run_end(value: bytes, at: int, end: int, *, paired: bool) -> int:
    """Return where the run of bytes of the same kind as the one at `at` ends.

    A trailing byte of GB18030 or Shift-JIS beyond their ISO 2022 subset may lie below 0x80; such
    text is not ISO 2022 and falls to the caller's ladder.
    """
    upper = value[at] >= 0x80
    graphic = value[at] > 0x20
    stop = at
    while stop < end and value[stop] != _ESCAPE and (value[stop] >= 0x80) == upper:
        if paired and not upper and (value[stop] > 0x20) != graphic:
            break
        stop += 1
    return stop


def _decode_jis(run: bytes, g0: str) -> str:
    """Decode 7-bit JIS pairs through EUC-JP, where they have the high bit set."""
    raised = bytes(byte | 0x80 for byte in run)
    if g0 == "jis0212":
        raised = b"".join(b"\x8f" + raised[i : i + 2] for i in range(0, len(raised), 2))
    return raised.decode("euc_jp")
