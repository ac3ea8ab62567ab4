"""How a value was measured: a norm speaks only about values that were measured as its own were.

Four tools gave the same child's brain 1351 to 1499 cm3, which is more than a whole standard
deviation of normal children: so tool, version, protocol and reader's rule are part of a norm.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class MeasuringMethod:
    """Tool, version, protocol, and the rule by which a reader measures.

    Attributes
    ----------
    tool : str or None
        Such as ``caliper``, ``deepbet``, ``ultrasound caliper``; None where nobody said.
    version : str or None
        Of the tool. Compared only where the norm names one.
    protocol : str or None
        Of the examination, with its version, such as ``t1-3d/2``. Compared only where the norm
        names one.
    rule : str or None
        The reader's rule, such as ``longest craniocaudal, supine``.

    Examples
    --------
    >>> norm = MeasuringMethod(tool="deepbet", version="1.0", protocol=None, rule=None)
    >>> norm.difference(MeasuringMethod("synthstrip", "1.0", None, None))
    'tool'
    >>> norm.difference(MeasuringMethod("deepbet", "1.0", "t1-3d/2", None)) is None
    True
    """

    tool: str | None = None
    version: str | None = None
    protocol: str | None = None
    rule: str | None = None

    def difference(self, measured: MeasuringMethod) -> str | None:
        """Return the first part in which a measurement differs from this norm's method, or None.

        A part that the norm leaves open is not compared; a part that the measurement leaves open
        but the norm names, differs.
        """
        for part in ("tool", "version", "protocol", "rule"):
            wanted, given = getattr(self, part), getattr(measured, part)
            if wanted is not None and _plain(given) != _plain(wanted):
                return part
        return None

    def says(self) -> str:
        """Return the parts that are stated, in one line."""
        parts = (self.tool, self.version, self.protocol, self.rule)
        return ", ".join(part for part in parts if part) or "not stated"

    def as_json(self) -> dict[str, str | None]:
        """Return the method as a JSON object."""
        return {
            "tool": self.tool,
            "version": self.version,
            "protocol": self.protocol,
            "rule": self.rule,
        }


def _plain(text: str | None) -> str | None:
    return " ".join(text.casefold().split()) if text else None
