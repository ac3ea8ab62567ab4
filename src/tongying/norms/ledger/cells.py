"""Cells of one row as values; what is wrong with each is gathered, not raised."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import TypeVar

from tongying.kernel.gestation import BIRTH_FIRST_DAYS, BIRTH_LAST_DAYS
from tongying.kernel.sheet import SheetRow
from tongying.norms.ledger.columns import SEXES, column
from tongying.norms.ledger.faults import Fault, FaultCode, fault
from tongying.norms.sex import Sex

_DAY = re.compile(r"(\d{4})(?:(\d{2})(\d{2})|[-/.年](\d{1,2})[-/.月](\d{1,2})日?)")
_GESTATION = re.compile(r"(\d{2})(?:\s*(?:[+周]|w)\s*(\d)?\s*(?:天|d)?)?")
_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,3})?")
T = TypeVar("T")


class Cells:
    """Reads the cells of a row and keeps what is wrong with them.

    Attributes
    ----------
    faults : list of Fault
        In the order in which the cells were read.
    """

    def __init__(self, row: SheetRow) -> None:
        self._row = row
        self.faults: list[Fault] = []
        if row.surplus:
            self.faults.append(fault(FaultCode.CELLS))

    def wrong(self, code: FaultCode, key: str = "", /, **values: str) -> None:
        """Keep what is wrong with a cell."""
        self.faults.append(fault(code, key, **values))

    def text(self, key: str, most: int = 100) -> str:
        """Return a text; empty where nothing is given."""
        given = self._row.cells.get(key, "")
        if len(given) > most:
            self.wrong(FaultCode.LONG, key, column=column(key).en, most=str(most))
        return given[:most]

    def needed(self, key: str, most: int = 100) -> str:
        """Return a text that must be there."""
        given = self.text(key, most)
        if not given:
            self.wrong(FaultCode.MISSING, key, column=column(key).en)
        return given

    def word(self, key: str, words: Mapping[str, T], *, needed: bool = False) -> T | None:
        """Return what a word stands for."""
        given = self.needed(key) if needed else self.text(key)
        if not given:
            return None
        found = words.get(given.casefold())
        if found is None:
            self.wrong(FaultCode.WORD, key, column=column(key).en, value=given[:40])
        return found

    def sex(self) -> Sex | None:
        """Return the sex; a number is refused, for tables use 1 and 2 differently."""
        given = self.text("sex")
        letter = SEXES.get(given.casefold(), given.upper())
        if letter in ("", "O", "U"):
            self.wrong(FaultCode.SEX_UNKNOWN, "sex")
            return None
        if letter not in set(Sex):
            self.wrong(FaultCode.SEX_CODE, "sex", value=given[:40])
            return None
        return Sex(letter)

    def day(self, key: str) -> date | None:
        """Return a day, written as 2026-03-01, 2026/3/1, 20260301 or 2026年3月1日."""
        given = self.text(key)
        if not given:
            return None
        match = _DAY.fullmatch(given)
        try:
            if match is not None:
                return date(int(match[1]), int(match[2] or match[4]), int(match[3] or match[5]))
        except ValueError:
            pass  # 30 February: said below, as any other text that is no day
        self.wrong(FaultCode.DATE, key, column=column(key).en, value=given[:40])
        return None

    def number(self, key: str) -> float | None:
        """Return a number."""
        given = self.text(key)
        if not given:
            return None
        if not _NUMBER.fullmatch(given):
            self.wrong(FaultCode.NUMBER, key, column=column(key).en, value=given[:40])
            return None
        return float(given)

    def gestation_days(self) -> int | None:
        """Return the gestation at birth in days, written as 38+2, 38周2 or 38."""
        given = self.text("gestation").casefold()
        if not given:
            return None
        match = _GESTATION.fullmatch(given)
        days = int(match[1]) * 7 + int(match[2] or 0) if match else 0
        if not BIRTH_FIRST_DAYS <= days <= BIRTH_LAST_DAYS or (match and int(match[2] or 0) > 6):
            self.wrong(FaultCode.GESTATION, "gestation", value=given[:40])
            return None
        return days
