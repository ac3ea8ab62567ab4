"""Read the values that are searched and computed with; what cannot be trusted becomes None.

Every refusal of a value leaves a caveat that names the attribute and not the value.

References
----------
DICOM PS3.5 table 6.2-1 (AS, DA, DS, IS, TM).
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field
from datetime import date, time

from tongying.dicom.charset import Charset
from tongying.dicom.parsing import DataSet, Encoding
from tongying.dicom.person_name import PersonName
from tongying.kernel.caveat import Caveat

_DATE = re.compile(r"(\d{4})(?:(\d\d)(\d\d)|\.(\d\d)\.(\d\d))", re.ASCII)
"""DA, also in the form of ACR-NEMA with full stops (PS3.5 6.2, DA note)."""
_TIME = re.compile(r"(\d\d)(?::?(\d\d)(?::?(\d\d)(?:\.(\d{1,6}))?)?)?", re.ASCII)
_AGE = re.compile(r"\d{3}[DWMY]", re.ASCII)
_WHOLE = re.compile(r"[+-]?\d{1,12}", re.ASCII)
_INT32 = range(-(2**31), 2**31)


@dataclass(slots=True)
class ValueReader:
    """Reads the attributes of one data set.

    Attributes
    ----------
    data_set : DataSet
        Raw elements.
    encoding : Encoding
        How they are encoded.
    charset : Charset
        How their text is.
    caveats : set of Caveat
        Receives what was doubtful.
    """

    data_set: DataSet
    encoding: Encoding
    charset: Charset
    caveats: set[Caveat] = field(default_factory=set)

    def text(self, tag: int) -> str:
        """Return the first text value, trimmed; empty if absent."""
        whole = self._whole(tag)
        return (whole.split("\\", 1)[0] if "\\" in whole else whole).strip(" \0")

    def name(self, tag: int) -> PersonName:
        """Return the first person name."""
        return PersonName.parse(self._whole(tag).strip(" \0"))

    def date(self, tag: int, attribute: str) -> date | None:
        """Return a DA value.

        Parameters
        ----------
        tag : int
            Of the attribute.
        attribute : str
            Its name in words, for the caveat.
        """
        text = self.text(tag)
        if not text:
            return None
        match = _DATE.fullmatch(text)
        if match:
            year, *rest = (int(part) for part in match.groups() if part)
            try:
                return date(year, rest[0], rest[1])
            except ValueError:  # 31 February
                self._doubt("dicom.date-invalid", f"The {attribute} is not a date")
                return None
        self._doubt("dicom.date-invalid", f"The {attribute} is not a date")
        return None

    def time(self, tag: int, attribute: str) -> time | None:
        """Return a TM value without time zone; parts that are left out count as zero."""
        text = self.text(tag)
        if not text:
            return None
        match = _TIME.fullmatch(text)
        if match:
            hour, minute, second, fraction = match.groups(default="0")
            try:
                return time(int(hour), int(minute), int(second), int(fraction.ljust(6, "0")))
            except ValueError:  # 25 o'clock, or a leap second, which Python cannot say
                self._doubt("dicom.time-invalid", f"The {attribute} is not a time")
                return None
        self._doubt("dicom.time-invalid", f"The {attribute} is not a time")
        return None

    def age(self, tag: int) -> str | None:
        """Return an AS value as written, such as ``"009D"``."""
        text = self.text(tag)
        if not text or _AGE.fullmatch(text):
            return text or None
        self._doubt("dicom.age-invalid", "The patient's age is not written as an age")
        return None

    def sex(self, tag: int) -> str | None:
        """Return ``"M"``, ``"F"`` or ``"O"``."""
        text = self.text(tag)
        if not text or text in ("M", "F", "O"):
            return text or None
        self._doubt("dicom.sex-invalid", "The patient's sex is not one of M, F and O")
        return None

    def integer(self, tag: int, attribute: str) -> int | None:
        """Return the first IS value."""
        text = self.text(tag)
        if not text:
            return None
        if _WHOLE.fullmatch(text) and int(text) in _INT32:
            return int(text)
        self._doubt("dicom.number-invalid", f"The {attribute} is not a whole number")
        return None

    def positive(self, tag: int, attribute: str) -> float | None:
        """Return the first DS value if it is finite and above zero."""
        text = self.text(tag)
        if not text:
            return None
        try:
            number = float(text)
        except ValueError:
            number = math.nan
        if "_" in text or not text.isascii() or not math.isfinite(number) or number <= 0:
            self._doubt("dicom.number-invalid", f"The {attribute} is not a positive number")
            return None
        return number

    def unsigned(self, tag: int) -> int | None:
        """Return the first US value, None if absent or not two bytes long."""
        element = self.data_set.get(tag)
        if element is None or not element.value or len(element.value) < 2:
            return None
        return int.from_bytes(element.value[:2], "little" if self.encoding.little else "big")

    def _whole(self, tag: int) -> str:
        element = self.data_set.get(tag)
        if element is None or not element.value:
            return ""
        return self.charset.decode(element.value, self.caveats)

    def _doubt(self, code: str, what: str) -> None:
        self.caveats.add(Caveat(code, f"{what}; it counts as unknown."))
