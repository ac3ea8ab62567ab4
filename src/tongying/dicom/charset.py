"""Which encoding the text of a data set really is in, whatever its label says.

Chinese sites label GB18030 text as ``GBK`` (no legal term), as ISO_IR 100, or not at all. The
choice is made once per data set, from all its text, and every guess carries a caveat. Decoding
never fails: the last resort is ISO 8859-1.

References
----------
DICOM PS3.3 C.12.1.1.2 (defined terms) and PS3.5 section 6.1 (ISO 2022 code extension).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from pydicom.charset import python_encoding

from tongying.dicom.iso2022 import CODE_EXTENSION_G1, decode_iso2022
from tongying.kernel.caveat import Caveat

GUESSED = Caveat(
    "dicom.charset-guessed",
    "The file does not say correctly how its text is encoded; the encoding was guessed.",
)
ILLEGAL_LABEL = Caveat(
    "dicom.charset-illegal",
    "The character set is named by a term that DICOM does not define; it was read as GB18030.",
)
TEXT_CUT = Caveat(
    "dicom.text-cut", "A text was cut in the middle of a character; the broken end was left out."
)
TEXT_UNDECODABLE = Caveat(
    "dicom.text-undecodable", "A text could not be decoded and may be unreadable."
)

_GB_LABELS = frozenset({"GBK", "GB2312", "CP936", "GB18030", "MS936", "EUC-CN", "ISO 2022 GBK"})
_LEGAL_GB = "GB18030"
_UTF8_LABELS = frozenset({"UTF-8", "UTF8", "UNICODE", "ISO-IR 192", "ISO_IR192", "ISO IR 192"})
_WEAK_LABELS = frozenset({"", "ISO_IR 6", "ISO_IR 100", "ISO 2022 IR 6", "ISO 2022 IR 100"})
"""Labels that machines write by default, so that they say little about the text."""
_PLAUSIBLE_SHARE = 0.6
"""Least share of common Chinese characters for bytes to count as GB18030. A project choice:
random bytes that decode at all reach about 0.3, names with rare characters above 0.6."""
_CONTRADICTING_HANZI = 2
"""Least number of common characters before Chinese overrules a label that can be decoded."""
_SAMPLE_BYTES = 1 << 16


@dataclass(frozen=True, slots=True)
class Charset:
    """How the text of one data set is decoded.

    Attributes
    ----------
    encoding : str
        Python codec for stand-alone encodings; of the first term under code extension.
    extensions : tuple of str
        Python codecs of all terms, in order, where ISO 2022 escapes may switch between them;
        empty for a stand-alone encoding.
    caveat : Caveat or None
        Present if the label was missing, illegal or contradicted.
    """

    encoding: str = "latin-1"
    extensions: tuple[str, ...] = ()
    caveat: Caveat | None = None

    def decode(self, value: bytes, caveats: set[Caveat] | None = None) -> str:
        """Decode one value, never failing.

        Parameters
        ----------
        value : bytes
            A text value as stored, possibly several separated by backslashes.
        caveats : set of Caveat, optional
            Receives what was doubtful about this value.
        """
        if value.isascii() and b"\x1b" not in value:
            return value.decode("ascii")
        doubts = caveats if caveats is not None else set()
        if b"\x1b" in value or self.extensions:
            text = decode_iso2022(value, self.extensions or (self.encoding,))
            if text is not None:
                return text
        else:
            try:
                return value.decode(self.encoding)
            except UnicodeDecodeError as error:
                if error.start >= len(value) - 3 and error.start > 0 and _is_tail(value, error):
                    doubts.add(TEXT_CUT)
                    return value[: error.start].decode(self.encoding)
        return _last_resort(value, doubts)


ASCII = Charset()
"""The default repertoire; bytes above it, should there be any, decode as ISO 8859-1."""


def choose_charset(
    label: bytes | None, texts: Iterable[bytes], inherited: Charset | None = None
) -> Charset:
    """Decide how the text of a data set is encoded.

    Parameters
    ----------
    label : bytes or None
        Value of (0008,0005) Specific Character Set; None where the attribute is absent.
    texts : iterable of bytes
        The data set's text values that are not plain ASCII (others say nothing).
    inherited : Charset, optional
        Of the enclosing data set, for an item of a sequence without a label of its own.

    Returns
    -------
    Charset
        With a caveat unless the label is legal and agrees with the bytes.
    """
    sample = _sample(texts)
    if label is None and inherited is not None:
        return inherited
    terms = _terms(label)
    if not sample:
        return _labelled(terms) or ASCII
    strong = [term for term in terms if term not in _WEAK_LABELS]
    if not strong and b"\x1b" not in sample:
        return _of_weak_label(sample, labelled=bool(terms and any(terms)))
    if len(strong) == 1 and strong[0] in _UTF8_LABELS:
        if _decodes(sample, "utf-8"):
            return Charset("utf-8", caveat=GUESSED)
        return _guess(sample)
    if len(terms) == 1 and terms[0] in _GB_LABELS:
        caveat = None if terms[0] == _LEGAL_GB else ILLEGAL_LABEL
        if _decodes_but_for_tail(sample, "gb18030"):
            # A UTF-8 text of Chinese also decodes as GB18030, to rubbish.
            if _decodes(sample, "utf-8") and not _plausible_gb(sample):
                return Charset("utf-8", caveat=GUESSED)
            return Charset("gb18030", caveat=caveat)
        return _guess(sample)
    labelled = _labelled(terms)
    if labelled is None:
        return _guess(sample)
    if labelled.extensions:
        known = decode_iso2022(sample, labelled.extensions) is not None
    else:
        known = _decodes_but_for_tail(sample, labelled.encoding)
    return labelled if known else _guess(sample)


def _of_weak_label(sample: bytes, *, labelled: bool) -> Charset:
    """Judge bytes whose label is absent or a default one (ISO_IR 100 decodes anything)."""
    if _decodes_but_for_tail(sample, "utf-8"):
        return Charset("utf-8", caveat=GUESSED)
    needed = _CONTRADICTING_HANZI if labelled else 1
    if labelled and _is_gb2312_only(sample, needed):
        return Charset("gb18030", caveat=GUESSED)
    if labelled:
        return Charset("latin-1")
    return _guess(sample)


def _guess(sample: bytes) -> Charset:
    """Climb the ladder: strict UTF-8, plausible GB18030, ISO 8859-1."""
    if _decodes_but_for_tail(sample, "utf-8"):
        return Charset("utf-8", caveat=GUESSED)
    if _decodes_but_for_tail(sample, "gb18030") and _plausible_gb(sample):
        return Charset("gb18030", caveat=GUESSED)
    return Charset("latin-1", caveat=GUESSED)


def _terms(label: bytes | None) -> list[str]:
    if label is None:
        return []
    text = label.decode("latin-1").upper()
    return [" ".join(term.strip(" \0").split()) for term in text.split("\\")]


def _labelled(terms: list[str]) -> Charset | None:
    """Return the charset that the terms name, or None if one of them is unknown."""
    if not terms:
        return None
    if len(terms) == 1 and terms[0] in _GB_LABELS:
        return Charset("gb18030", caveat=None if terms[0] == _LEGAL_GB else ILLEGAL_LABEL)
    codecs: list[str] = []
    for term in terms:
        codec = python_encoding.get(term) or python_encoding.get(term.replace("ISO-IR", "ISO_IR"))
        if codec is None:
            return None
        codecs.append("latin-1" if codec == "iso8859" else codec.lower())
    if codecs == ["utf8"]:
        return Charset("utf-8")
    if len(terms) > 1 or terms[0].startswith("ISO 2022") or codecs[0] in CODE_EXTENSION_G1:
        return Charset(codecs[0], tuple(codecs))
    return Charset(codecs[0])


def _sample(texts: Iterable[bytes]) -> bytes:
    # A line break ends any unfinished character and keeps texts from joining to new ones.
    return b"\n".join(text[:_SAMPLE_BYTES] for text in texts)[:_SAMPLE_BYTES]


def _decodes(sample: bytes, encoding: str) -> bool:
    try:
        sample.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def _decodes_but_for_tail(sample: bytes, encoding: str) -> bool:
    """Whether each text decodes strictly, allowing a character cut at its end."""
    whole = 0
    for line in sample.split(b"\n"):
        if line.isascii():
            continue
        try:
            line.decode(encoding)
        except UnicodeDecodeError as error:
            if not _is_tail(line, error):
                return False
            # A lone cut character proves nothing.
            whole += not line[: error.start].isascii()
        else:
            whole += 1
    return whole > 0


def _is_tail(value: bytes, error: UnicodeDecodeError) -> bool:
    rest = value[error.start :].rstrip(b" \0")
    return 0 < len(rest) <= 3 and not rest.isascii() and error.reason != "invalid start byte"


def _plausible_gb(sample: bytes) -> bool:
    """Whether GB18030 gives mostly common Chinese characters and their punctuation."""
    text = sample.decode("gb18030", errors="ignore")
    beyond = [char for char in text if char > "\x7f"]
    if not beyond:
        return False
    common = sum(map(_is_common, beyond))
    return common >= _PLAUSIBLE_SHARE * len(beyond)


def _is_common(char: str) -> bool:
    if "\uff00" <= char <= "\uffef" or "\u3000" <= char <= "\u303f" or char in "·—‘’“”…℃×°":
        return True
    return "\u4e00" <= char <= "\u9fff" and _in_gb2312(char)


def _in_gb2312(char: str) -> bool:
    try:
        return b"\xb0" <= char.encode("gb2312") < b"\xf8"
    except UnicodeEncodeError:
        return False


def _is_gb2312_only(sample: bytes, least: int) -> bool:
    """Whether every byte above ASCII belongs to a GB2312 pair, most of them level-1 characters.

    Accented Latin letters stand alone between ASCII letters, so they fail this; it is what
    allows Chinese to overrule an ISO_IR 100 label.
    """
    frequent = pairs = at = 0
    while at < len(sample):
        if sample[at] < 0x80:
            at += 1
            continue
        pair = sample[at : at + 2]
        if len(pair) < 2 or pair[1] < 0xA1 or not 0xA1 <= pair[0] <= 0xF7:
            return False
        pairs += 1
        frequent += 0xB0 <= pair[0] <= 0xD7
        at += 2
    return frequent >= least and frequent >= _PLAUSIBLE_SHARE * pairs


def _last_resort(value: bytes, doubts: set[Caveat]) -> str:
    for encoding in ("utf-8", "gb18030"):
        if _decodes(value, encoding) and (encoding == "utf-8" or _plausible_gb(value)):
            doubts.add(GUESSED)
            return value.decode(encoding)
    doubts.add(TEXT_UNDECODABLE)
    return value.decode("latin-1")
