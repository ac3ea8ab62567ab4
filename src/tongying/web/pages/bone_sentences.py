"""Sentences of the measurements of hip, limbs and spine: refusals and caveats."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext_noop as fixed

BONES: Final = frozenset(
    {
        # the infant hip on ultrasound
        fixed(
            "A Graf type holds only in the standard plane: lower limb of the ilium, straight "
            "iliac wing and labrum in one image."
        ),
        fixed(
            "The angles do not tell type III from type IV; the shape of the cartilage roof does."
        ),
        fixed("Without the cartilage roof line beta is not known, and IIc is not told from D."),
        fixed("The angle lies within 2 degrees of a limit between two types; measure again."),
        fixed(
            "The age is not known; this type does not depend on it within the first year of life."
        ),
        fixed("The type follows from the corrected age of a child born preterm."),
        fixed("By the age since birth it would be type %(what)s."),
        fixed("Graf's types are those of children who are born."),
        fixed("Graf's types are those of the first year of life."),
        fixed("Alpha of 50 to 59 degrees has a Graf type only with the child's age."),
        fixed("An angle of a hip lies between 0 and 180 degrees."),
        fixed(
            "The bony roof line runs too far across the baseline to tell the depth from the rim."
        ),
        fixed("The bony roof line leans over towards the iliac wing: it or the baseline is wrong."),
        fixed(
            "The cartilage roof line must run to the labrum, on the other side of the "
            "baseline than the bony roof."
        ),
        fixed("The lower limb of the ilium cannot lie on the baseline."),
        fixed("The femoral head must be an ellipse with two axes."),
        # the pelvis film
        fixed(
            "Right and left lie as on a mirrored film or one seen from behind, or the sides are"
            " mixed up."
        ),
        fixed(
            "The edge of the roof was taken on one side and the end of the sourcil on the "
            "other; the two sides cannot be compared."
        ),
        fixed("Mark the lateral edge of the acetabular roof on one side or both."),
        fixed("The edges of both acetabular roofs must lie above the line."),
        fixed("Mark the edge of the roof or the end of the sourcil, not both."),
        fixed(
            "The edge of the roof must lie lateral of the line's point on its side; right and"
            " left may be mixed up."
        ),
        fixed("Mark the edge of the roof on the side of the femoral head too."),
        fixed("A mark of one hip lies on the other side of the body."),
        fixed(
            "The pelvis is rotated: the quotient of the obturator foramina lies outside 0.56 "
            "to 1.8, and the angles of both hips are not reliable."
        ),
        fixed(
            "The pelvis is tilted: the tilt quotient lies outside 0.75 to 1.2, and the "
            "acetabular index is not reliable."
        ),
        fixed(
            "The rotation of the pelvis was not checked; mark the width of both obturator foramina."
        ),
        fixed("Mark the obturator foramen from border to border."),
        fixed("The upper border of the pubis must lie below Hilgenreiner's line."),
        fixed(
            "Below five years, or at an age not known, the ossified part need not show the "
            "centre of the femoral head: centre-edge angle, migration percentage and head "
            "index are uncertain."
        ),
        fixed(
            "Below ten years the triradiate cartilage is usually open; Sharp's and Toennis' "
            "angle are those of a closed one."
        ),
        fixed(
            "The femoral head stands so far out of the socket that no centre-edge angle is "
            "told; the migration percentage and the IHDI grade describe it."
        ),
        fixed("The marked part of the femoral head is too small for a head index; none is told."),
        fixed("The medial end of the sourcil must lie medial of its lateral end."),
        fixed("The centre of the head cannot lie on the edge of the roof."),
        fixed("The H-point is no place on the film."),
        fixed(
            "The H-point lies above Hilgenreiner's line and not lateral of Perkin's line, where"
            " no IHDI grade is defined."
        ),
        # limbs and maturity
        fixed("Draw the length of one leg or both."),
        fixed("The difference holds only with both knees straight and the pelvis level."),
        fixed("The right and the left leg cannot cross."),
        fixed(
            "The right leg was marked on the right of the image: the film is mirrored or taken from"
            " behind, or the sides are mixed up."
        ),
        fixed("The axes of neck and shaft cannot cross in the middle of one of them."),
        fixed("The axes of femur and tibia cannot cross within the bones."),
        fixed("The head of the fibula cannot lie on the axis of the tibia."),
        fixed("Say by which method the bone age was read: Greulich-Pyle, TW3 or RUS-CHN."),
        fixed("A bone age is a number of years from 0 to 19.5."),
        fixed("Say whether the hand is the right or the left one."),
        fixed("The atlas of Greulich and Pyle ends at 19 years in boys, at 18 in girls."),
        fixed("TW3 tells no bone age beyond 16.5 years in boys, 15 in girls."),
        fixed(
            "The standards of bone age are of the left hand and wrist; this was read from the"
            " right."
        ),
        fixed(
            "The bone age is the last of its method's scale: the hand is grown up, and may "
            "have been for long."
        ),
        fixed(
            "The American and the French count of Risser's stages agree in stage 0 alone: compare"
            " only stages of one count."
        ),
        fixed(
            "Risser 0 and 5 can look alike: age and the growth plates of the long bones tell them"
            " apart."
        ),
        fixed("This scale of maturity has the stages %(first)s to %(last)s."),
        # the spine
        fixed("An end plate cannot run along the spine."),
        fixed("The end plates of a curve cannot cross."),
        fixed("The point in front cannot lie on the line of the spine."),
        fixed("The walls of a vertebral body do not cross."),
        fixed("The middle of a vertebral body does not cross its walls."),
        fixed(
            "The conus ends at L3, where a normal or a tethered one may end; look for other signs"
            " of tethering."
        ),
        fixed("The conus ends below L3, lower than is usual; look for tethering."),
        fixed(
            "The level holds only if the vertebrae were counted; say how, and whether one is "
            "transitional."
        ),
        fixed("Tell the level as a vertebra or a disc from T9 to S2, such as L1-L2."),
    }
)
"""Sentences and templates, each a message id."""
