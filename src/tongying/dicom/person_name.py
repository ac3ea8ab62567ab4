"""A person's name (VR PN): up to three component groups, alphabetic, ideographic and phonetic.

A group is ``family^given^middle^prefix^suffix``. Chinese hospitals write the characters into the
ideographic group, or, often, straight into the first one; both display as a reader expects.

References
----------
DICOM PS3.5 section 6.2.1, "Person Name (PN) Value Representation".
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Self

from tongying.kernel.errors import BadInput

_CONTROLS = dict.fromkeys([*range(0x20), 0x7F])
"""Control characters (escape sequences of ISO 2022 among them) are never part of a name."""


class PersonNameRefused(BadInput):
    """A component group holds a character that PN reserves."""

    code: ClassVar[str] = "dicom.person-name"


@dataclass(frozen=True, slots=True)
class PersonName:
    """One person's name; an absent group is the empty string.

    Attributes
    ----------
    alphabetic, ideographic, phonetic : str
        Component groups with ``^`` between components.

    Raises
    ------
    PersonNameRefused
        If a group contains ``=``, a backslash or a control character.

    Examples
    --------
    >>> PersonName.parse("Wang^XiaoDong=王^小东").display
    '王小东'
    >>> PersonName.parse("Doe^Jane^Q^Dr").display
    'Dr Doe Jane Q'
    """

    alphabetic: str = ""
    ideographic: str = ""
    phonetic: str = ""

    def __post_init__(self) -> None:
        """Refuse reserved characters: they would make two names or groups of one."""
        for group in (self.alphabetic, self.ideographic, self.phonetic):
            if "=" in group or "\\" in group or group.translate(_CONTROLS) != group:
                raise PersonNameRefused(
                    "A part of a person's name holds a reserved or control character."
                )

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read one PN value; never refuses, since a name is worth having even if badly written.

        Parameters
        ----------
        text : str
            Decoded value. Of several values (backslash) the first is taken; groups after the
            third, control characters, and padding are dropped.
        """
        first = text.split("\\", 1)[0] if "\\" in text else text
        if not first.isprintable():
            first = first.translate(_CONTROLS)
        if "=" not in first:
            return cls(_tidy(first))
        groups = [_tidy(group) for group in first.split("=")[:3]]
        return cls(*groups)

    @property
    def family(self) -> str:
        """The family name as displayed."""
        return self._component(0)

    @property
    def given(self) -> str:
        """The given name as displayed."""
        return self._component(1)

    @property
    def display(self) -> str:
        """The name for a reader: ideographic if present, else alphabetic, else phonetic.

        Chinese, Japanese and Korean components are joined without a space.
        """
        parts = [part.strip() for part in self._shown().split("^")]
        family, given, middle, prefix, suffix = (parts + [""] * 5)[:5]
        glue = "" if _is_east_asian(family + given) else " "
        name = glue.join(part for part in (family, given, middle) if part)
        return " ".join(part for part in (prefix, name, suffix) if part)

    def as_dicom(self) -> str:
        """Return the PN value, without empty groups at its end."""
        return "=".join((self.alphabetic, self.ideographic, self.phonetic)).rstrip("=")

    def as_json(self) -> dict[str, str]:
        """Return the DICOM JSON object (PS3.18 F.2.2); empty groups are left out."""
        groups = {
            "Alphabetic": self.alphabetic,
            "Ideographic": self.ideographic,
            "Phonetic": self.phonetic,
        }
        return {name: group for name, group in groups.items() if group}

    def __bool__(self) -> bool:
        return bool(self.alphabetic or self.ideographic or self.phonetic)

    def _shown(self) -> str:
        return self.ideographic or self.alphabetic or self.phonetic

    def _component(self, index: int) -> str:
        parts = self._shown().split("^")
        return parts[index].strip() if index < len(parts) else ""


def _tidy(group: str) -> str:
    return group.strip(" ").rstrip("^ ")


def _is_east_asian(text: str) -> bool:
    return any(
        "\u2e80" <= char <= "\u9fff"  # radicals, kana, Hangul compatibility, ideographs
        or "\uac00" <= char <= "\ud7af"  # Hangul syllables
        or "\uf900" <= char <= "\ufaff"
        or char >= "\U00020000"
        for char in text
    )
