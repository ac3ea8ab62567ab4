"""What the assignment weighs against each other, all in weighted minutes of lateness.

None of these figures comes from a source: they were set so that lateness comes first, and every one
needs sign-off by the alliance.
"""

from __future__ import annotations

from tongying.consult.case import Urgency

URGENCY_WEIGHT: dict[Urgency, float] = {
    Urgency.EMERGENCY: 10.0,
    Urgency.URGENT: 3.0,
    Urgency.ROUTINE: 1.0,
    Urgency.BOOKED: 1.0,
}
"""What a minute past the deadline weighs. Needs sign-off."""
FLOW_PRICE = 0.02
"""Price of a minute until the signature, late or not: none is wasted. Needs sign-off."""
FAIRNESS_PRICE = 2.0
"""Price of a case for an expert with twice the mean of recent work. Needs sign-off."""
FAIRNESS_SPAN = 2.0
"""No expert counts as further from the mean than this many times the mean. Needs sign-off."""
MOVE_PRICE = 5.0
"""Price of taking an assigned case from an expert who has not accepted it yet. Needs sign-off."""
SPECIALTY_UNKNOWN_PRICE = 3.0
"""Price of an expert whose fields are not on record, for a case that names one. Needs sign-off."""
MODALITY_UNKNOWN_PRICE = 1.0
LICENCE_UNKNOWN_PRICE = 2.0
DUTY_UNKNOWN_PRICE = 1.0
ON_CALL_PRICE = 2.0
"""Price of calling somebody in. Needs sign-off."""
OFF_DUTY_PRICE = 4.0
"""Price of leaving a case for a shift to come. Needs sign-off."""
UNPLACED_MINUTES = 10 * 24 * 60.0
"""What leaving a case with nobody counts as: signed ten days from now. Needs sign-off."""
