"""The segments of a heart and how they are connected: what may be said of each.

References
----------
Anderson RH, Shirali G. Sequential segmental analysis. Ann Pediatr Cardiol 2009;2:24-35
(PMC2840778).
Crucean AC, Spicer DE, Anderson RH. The significance of ventricular topology in the analysis of
congenitally malformed hearts. J Cardiovasc Dev Dis 2022;9:155.
"""

from __future__ import annotations

from enum import StrEnum


class Situs(StrEnum):
    """Arrangement of the atrial appendages."""

    SOLITUS = "solitus"
    INVERSUS = "inversus"
    RIGHT_ISOMERISM = "right-isomerism"
    LEFT_ISOMERISM = "left-isomerism"

    @property
    def is_isomerism(self) -> bool:
        """Whether both appendages are alike."""
        return self in (Situs.RIGHT_ISOMERISM, Situs.LEFT_ISOMERISM)


class Position(StrEnum):
    """Where the heart lies and points in the chest."""

    LEFT = "levocardia"
    RIGHT = "dextrocardia"
    MIDDLE = "mesocardia"


class Topology(StrEnum):
    """Looping of the ventricles."""

    RIGHT_HAND = "d-loop"
    LEFT_HAND = "l-loop"


class AtrioventricularConnection(StrEnum):
    """How the atria are connected with the ventricles."""

    CONCORDANT = "concordant"
    DISCORDANT = "discordant"
    MIXED = "mixed"
    """Biventricular with isomeric appendages."""
    DOUBLE_INLET = "double-inlet"
    ABSENT_RIGHT = "absent-right"
    ABSENT_LEFT = "absent-left"

    @property
    def is_biventricular(self) -> bool:
        """Whether each atrium has its own ventricle."""
        return self in (
            AtrioventricularConnection.CONCORDANT,
            AtrioventricularConnection.DISCORDANT,
            AtrioventricularConnection.MIXED,
        )

    @property
    def is_absent(self) -> bool:
        """Whether one of both connections is absent."""
        return self in (
            AtrioventricularConnection.ABSENT_RIGHT,
            AtrioventricularConnection.ABSENT_LEFT,
        )


class DominantVentricle(StrEnum):
    """To which ventricle the atria are connected where it is only one."""

    LEFT = "left"
    RIGHT = "right"
    INDETERMINATE = "indeterminate"


class InletValves(StrEnum):
    """The valves between atria and ventricles."""

    TWO = "two"
    ONE_IMPERFORATE = "one-imperforate"
    COMMON = "common"
    ONE = "one"
    """The only one, where a connection is absent."""


class VentriculoarterialConnection(StrEnum):
    """How the ventricles are connected with the arterial trunks."""

    CONCORDANT = "concordant"
    DISCORDANT = "discordant"
    DOUBLE_OUTLET_RIGHT = "double-outlet-right"
    DOUBLE_OUTLET_LEFT = "double-outlet-left"
    DOUBLE_OUTLET_INDETERMINATE = "double-outlet-indeterminate"
    COMMON_TRUNK = "common-trunk"
    SINGLE_AORTA = "single-aorta"
    """Pulmonary atresia without a trunk that can be traced to a ventricle."""
    SINGLE_PULMONARY = "single-pulmonary"
    """Aortic atresia without a trunk that can be traced to a ventricle."""


class ArterialValve(StrEnum):
    """An arterial valve."""

    OPEN = "open"
    STENOTIC = "stenotic"
    ATRETIC = "atretic"
    NOT_THERE = "not-there"
    """No valve of its own: a common trunk, or a trunk that cannot be traced."""


class GreatArteries(StrEnum):
    """Where the aorta lies against the pulmonary trunk."""

    NORMAL = "normal"
    """Behind and to the right."""
    MIRRORED = "mirrored"
    """Behind and to the left."""
    AORTA_RIGHT = "aorta-right"
    """In front and to the right, or beside on the right."""
    AORTA_LEFT = "aorta-left"
    """In front and to the left, or beside on the left."""
    AORTA_IN_FRONT = "aorta-in-front"


class VentricularSeptum(StrEnum):
    """Whether the ventricular septum is whole."""

    INTACT = "intact"
    DEFECT = "defect"


class AtrialSeptum(StrEnum):
    """What joins the atria."""

    INTACT = "intact"
    OVAL_FORAMEN = "oval-foramen"
    SECUNDUM = "secundum"
    PRIMUM = "primum"
    SINUS_VENOSUS = "sinus-venosus"
    CORONARY_SINUS = "coronary-sinus"
    COMMON_ATRIUM = "common-atrium"


class ArchSide(StrEnum):
    """On which side of the windpipe the aortic arch runs."""

    LEFT = "left"
    RIGHT = "right"
    DOUBLE = "double"


class ArchFlow(StrEnum):
    """Whether the arch lets blood pass."""

    OPEN = "open"
    COARCTATION = "coarctation"
    HYPOPLASTIC = "hypoplastic"
    INTERRUPTED = "interrupted"


class PulmonaryVeins(StrEnum):
    """Where the pulmonary veins go."""

    NORMAL = "normal"
    PARTIAL = "partial-anomalous"
    TOTAL_SUPRACARDIAC = "total-supracardiac"
    TOTAL_CARDIAC = "total-cardiac"
    TOTAL_INFRACARDIAC = "total-infracardiac"
    TOTAL_MIXED = "total-mixed"

    @property
    def is_total(self) -> bool:
        """Whether none of them reaches the left atrium."""
        return self.value.startswith("total")


class UpperVeins(StrEnum):
    """The superior caval veins."""

    RIGHT = "right"
    LEFT = "left"
    BOTH = "both"


class LowerVein(StrEnum):
    """The inferior caval vein."""

    TO_RIGHT_ATRIUM = "to-right-sided-atrium"
    TO_LEFT_ATRIUM = "to-left-sided-atrium"
    INTERRUPTED = "interrupted"
    """Continued by the azygos or hemiazygos vein."""


class Duct(StrEnum):
    """The arterial duct."""

    CLOSED = "closed"
    OPEN = "open"
