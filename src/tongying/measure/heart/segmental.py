"""Sequential segmental analysis of a heart as typed answers; what contradicts itself is refused.

Nothing is filled in: what was not looked at stays unknown. A rare combination is asked about, an
impossible one is refused.

References
----------
Anderson RH, Shirali G. Sequential segmental analysis. Ann Pediatr Cardiol 2009;2:24-35
(PMC2840778).
Crucean AC, Spicer DE, Anderson RH. J Cardiovasc Dev Dis 2022;9:155 (topology, and its rare
disharmony with the connections).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar, Final

from tongying.kernel.caveat import Caveat
from tongying.kernel.errors import BadInput
from tongying.measure.heart.segments import (
    ArchFlow,
    ArchSide,
    ArterialValve,
    AtrialSeptum,
    AtrioventricularConnection,
    DominantVentricle,
    Duct,
    GreatArteries,
    InletValves,
    LowerVein,
    Position,
    PulmonaryVeins,
    Situs,
    Topology,
    UpperVeins,
    VentricularSeptum,
    VentriculoarterialConnection,
)

HARMONIC: Final = {
    (Situs.SOLITUS, AtrioventricularConnection.CONCORDANT): Topology.RIGHT_HAND,
    (Situs.SOLITUS, AtrioventricularConnection.DISCORDANT): Topology.LEFT_HAND,
    (Situs.INVERSUS, AtrioventricularConnection.CONCORDANT): Topology.LEFT_HAND,
    (Situs.INVERSUS, AtrioventricularConnection.DISCORDANT): Topology.RIGHT_HAND,
}
"""Topology that goes with lateralised atria and a biventricular connection (Anderson 2009)."""


class SegmentsContradict(BadInput):
    """Two answers about the segments of a heart cannot both be true."""

    code: ClassVar[str] = "measure.segments-contradict"


@dataclass(frozen=True, slots=True, kw_only=True)
class Segmental:
    """A heart, segment by segment; None is not known.

    Attributes
    ----------
    situs, position, topology : enum or None
    atrioventricular : AtrioventricularConnection or None
    dominant : DominantVentricle or None
        Only of a connection to one ventricle.
    inlets : InletValves or None
    ventriculoarterial : VentriculoarterialConnection or None
    great_arteries : GreatArteries or None
    aortic_valve, pulmonary_valve : ArterialValve or None
    atrial_septum, ventricular_septum : enum or None
    arch_side, arch_flow : enum or None
    pulmonary_veins, upper_veins, lower_vein : enum or None
    duct : Duct or None
    disharmony_confirmed : bool
        Somebody says expressly that the looping does not go with the connection, which is
        exceedingly rare.

    Raises
    ------
    SegmentsContradict
        If two answers cannot both be true; the first such pair is named.
    """

    situs: Situs | None = None
    position: Position | None = None
    topology: Topology | None = None
    atrioventricular: AtrioventricularConnection | None = None
    dominant: DominantVentricle | None = None
    inlets: InletValves | None = None
    ventriculoarterial: VentriculoarterialConnection | None = None
    great_arteries: GreatArteries | None = None
    aortic_valve: ArterialValve | None = None
    pulmonary_valve: ArterialValve | None = None
    atrial_septum: AtrialSeptum | None = None
    ventricular_septum: VentricularSeptum | None = None
    arch_side: ArchSide | None = None
    arch_flow: ArchFlow | None = None
    pulmonary_veins: PulmonaryVeins | None = None
    upper_veins: UpperVeins | None = None
    lower_vein: LowerVein | None = None
    duct: Duct | None = None
    disharmony_confirmed: bool = False

    def __post_init__(self) -> None:
        for contradicts, sentence in _CONTRADICTIONS:
            if contradicts(self):
                raise SegmentsContradict(sentence)

    def questions(self) -> tuple[Caveat, ...]:
        """Return what is possible but rare, or left out though something else needs it."""
        return tuple(caveat for asks, caveat in _QUESTIONS if asks(self))


def _situs_and_connection(heart: Segmental) -> bool:
    lateral = (AtrioventricularConnection.CONCORDANT, AtrioventricularConnection.DISCORDANT)
    return (
        heart.situs is not None and heart.situs.is_isomerism and heart.atrioventricular in lateral
    )


def _mixed_without_isomerism(heart: Segmental) -> bool:
    return (
        heart.atrioventricular is AtrioventricularConnection.MIXED
        and heart.situs is not None
        and not heart.situs.is_isomerism
    )


def _topology(heart: Segmental) -> bool:
    if heart.situs is None or heart.atrioventricular is None or heart.topology is None:
        return False
    fitting = HARMONIC.get((heart.situs, heart.atrioventricular))
    return fitting is not None and fitting is not heart.topology and not heart.disharmony_confirmed


def _dominant(heart: Segmental) -> bool:
    return (
        heart.dominant is not None
        and heart.atrioventricular is not None
        and heart.atrioventricular.is_biventricular
    )


def _absent_with_two(heart: Segmental) -> bool:
    return (
        heart.atrioventricular is not None
        and heart.atrioventricular.is_absent
        and heart.inlets not in (None, InletValves.ONE)
    )


def _one_without_absent(heart: Segmental) -> bool:
    return (
        heart.inlets is InletValves.ONE
        and heart.atrioventricular is not None
        and not heart.atrioventricular.is_absent
    )


def _trunk_with_valves(heart: Segmental) -> bool:
    own = (None, ArterialValve.NOT_THERE)
    return heart.ventriculoarterial is VentriculoarterialConnection.COMMON_TRUNK and (
        heart.pulmonary_valve not in own
    )


def _single_aorta(heart: Segmental) -> bool:
    return (
        heart.ventriculoarterial is VentriculoarterialConnection.SINGLE_AORTA
        and not _one_way_out(heart.aortic_valve, heart.pulmonary_valve)
    )


def _single_pulmonary(heart: Segmental) -> bool:
    return (
        heart.ventriculoarterial is VentriculoarterialConnection.SINGLE_PULMONARY
        and not _one_way_out(heart.pulmonary_valve, heart.aortic_valve)
    )


def _one_way_out(way: ArterialValve | None, other: ArterialValve | None) -> bool:
    closed = (ArterialValve.ATRETIC, ArterialValve.NOT_THERE)
    return way not in closed and other in (None, *closed)


def _both_closed(heart: Segmental) -> bool:
    return heart.aortic_valve is heart.pulmonary_valve is ArterialValve.ATRETIC


def _two_trunks_without_valve(heart: Segmental) -> bool:
    two = (
        VentriculoarterialConnection.CONCORDANT,
        VentriculoarterialConnection.DISCORDANT,
        VentriculoarterialConnection.DOUBLE_OUTLET_RIGHT,
        VentriculoarterialConnection.DOUBLE_OUTLET_LEFT,
        VentriculoarterialConnection.DOUBLE_OUTLET_INDETERMINATE,
    )
    return heart.ventriculoarterial in two and ArterialValve.NOT_THERE in (
        heart.aortic_valve,
        heart.pulmonary_valve,
    )


def _indeterminate_of_two(heart: Segmental) -> bool:
    return (
        heart.ventriculoarterial is VentriculoarterialConnection.DOUBLE_OUTLET_INDETERMINATE
        and heart.atrioventricular is not None
        and heart.atrioventricular.is_biventricular
    )


def _indeterminate_outlet(heart: Segmental) -> bool:
    if heart.dominant is None or heart.ventriculoarterial is None:
        return False
    if heart.dominant is DominantVentricle.INDETERMINATE:
        return heart.ventriculoarterial in _OF_NAMED_VENTRICLES
    return heart.ventriculoarterial is VentriculoarterialConnection.DOUBLE_OUTLET_INDETERMINATE


def _indeterminate_looping(heart: Segmental) -> bool:
    return heart.dominant is DominantVentricle.INDETERMINATE and heart.topology is not None


_OF_NAMED_VENTRICLES: Final = (
    VentriculoarterialConnection.CONCORDANT,
    VentriculoarterialConnection.DISCORDANT,
    VentriculoarterialConnection.DOUBLE_OUTLET_RIGHT,
    VentriculoarterialConnection.DOUBLE_OUTLET_LEFT,
)

_CONTRADICTIONS: Final[tuple[tuple[Callable[[Segmental], bool], str], ...]] = (
    (
        _situs_and_connection,
        "With isomeric appendages a biventricular connection is neither concordant nor"
        " discordant: it is mixed.",
    ),
    (
        _mixed_without_isomerism,
        "A mixed atrioventricular connection is only said of isomeric appendages.",
    ),
    (
        _topology,
        "The looping of the ventricles does not go with situs and atrioventricular connection;"
        " look again, or say expressly that it is so.",
    ),
    (
        _dominant,
        "A dominant ventricle is only named where the atria are connected to one ventricle.",
    ),
    (
        _absent_with_two,
        "Where an atrioventricular connection is absent there is one atrioventricular valve.",
    ),
    (
        _one_without_absent,
        "One atrioventricular valve alone means that a connection is absent; a common valve is"
        " something else.",
    ),
    (
        _indeterminate_of_two,
        "Double outlet from an indeterminate ventricle is only said of a solitary ventricle.",
    ),
    (
        _indeterminate_outlet,
        "The ventriculoarterial connection names a ventricle that does not go with the dominant"
        " one: an indeterminate ventricle is neither right nor left.",
    ),
    (_indeterminate_looping, "A solitary indeterminate ventricle has no looping."),
    (_trunk_with_valves, "A common arterial trunk leaves no pulmonary valve of its own."),
    (
        _single_aorta,
        "Where only the aorta leaves the heart the aortic valve is open and the pulmonary valve is"
        " not.",
    ),
    (
        _single_pulmonary,
        "Where only the pulmonary trunk leaves the heart the pulmonary valve is open and the aortic"
        " valve is not.",
    ),
    (_both_closed, "Both arterial valves cannot be closed: the blood must leave the heart."),
    (
        _two_trunks_without_valve,
        "Where two trunks leave the heart each has a valve, be it closed.",
    ),
)


def _disharmony(heart: Segmental) -> bool:
    return heart.disharmony_confirmed


def _no_mixing(heart: Segmental) -> bool:
    return (
        heart.ventriculoarterial is VentriculoarterialConnection.DISCORDANT
        and heart.atrioventricular is AtrioventricularConnection.CONCORDANT
        and heart.ventricular_septum is VentricularSeptum.INTACT
        and heart.atrial_septum is AtrialSeptum.INTACT
        and heart.duct is Duct.CLOSED
    )


def _intact_septum(heart: Segmental) -> bool:
    return heart.ventricular_septum is VentricularSeptum.INTACT and heart.ventriculoarterial in (
        VentriculoarterialConnection.COMMON_TRUNK,
        VentriculoarterialConnection.DOUBLE_OUTLET_RIGHT,
        VentriculoarterialConnection.DOUBLE_OUTLET_LEFT,
        VentriculoarterialConnection.DOUBLE_OUTLET_INDETERMINATE,
    )


def _total_without_shunt(heart: Segmental) -> bool:
    return (
        heart.pulmonary_veins is not None
        and heart.pulmonary_veins.is_total
        and heart.atrial_septum is AtrialSeptum.INTACT
    )


def _duct_dependent(heart: Segmental) -> bool:
    closed_duct = heart.duct is Duct.CLOSED
    pulmonary = heart.pulmonary_valve is ArterialValve.ATRETIC
    systemic = (
        heart.aortic_valve is ArterialValve.ATRETIC or heart.arch_flow is ArchFlow.INTERRUPTED
    )
    return closed_duct and (pulmonary or systemic)


def _isomerism_beyond(heart: Segmental) -> bool:
    return heart.situs is not None and heart.situs.is_isomerism


def _sinus_venosus(heart: Segmental) -> bool:
    return (
        heart.atrial_septum is AtrialSeptum.SINUS_VENOSUS
        and heart.pulmonary_veins is PulmonaryVeins.NORMAL
    )


_QUESTIONS: Final[tuple[tuple[Callable[[Segmental], bool], Caveat], ...]] = (
    (
        _disharmony,
        Caveat(
            "segments.disharmony",
            "Looping and connection do not go together; this is exceedingly rare and was confirmed"
            " by the reader.",
        ),
    ),
    (
        _no_mixing,
        Caveat(
            "segments.no-mixing",
            "Transposition with intact septa and a closed duct: where does the blood mix?",
        ),
    ),
    (
        _intact_septum,
        Caveat(
            "segments.septum-intact",
            "An intact ventricular septum is very rare with this ventriculoarterial connection:"
            " look for a defect.",
        ),
    ),
    (
        _total_without_shunt,
        Caveat(
            "segments.total-without-shunt",
            "Totally anomalous pulmonary veins with an intact atrial septum: how does the blood"
            " reach the left heart?",
        ),
    ),
    (
        _duct_dependent,
        Caveat(
            "segments.duct-closed",
            "Atresia or interruption with a closed duct: how is the circulation behind it filled?",
        ),
    ),
    (
        _isomerism_beyond,
        Caveat(
            "segments.isomerism",
            "Isomerism: say where spleen, stomach, liver and bronchi lie, and how the caval veins"
            " run.",
        ),
    ),
    (
        _sinus_venosus,
        Caveat(
            "segments.sinus-venosus",
            "A sinus venosus defect usually comes with anomalous right pulmonary veins: look for"
            " them.",
        ),
    ),
)
