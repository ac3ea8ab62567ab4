"""Sentences of the measurements of bowel, heart, tumour and chest: refusals and caveats."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext_noop as fixed

ORGANS: Final = frozenset(
    {
        # bowel
        fixed("Two muscle layers cannot be thicker than the whole pylorus."),
        fixed("Two walls cannot be thicker than the whole appendix."),
        # the heart
        fixed("In systole the ventricle is not smaller than in diastole: look at the phases."),
        fixed(
            "Height and weight on the day of the image are needed to set a value against the"
            " body's size."
        ),
        fixed("In systole both the outline and the long axis are needed."),
        fixed("The long axis leaves the outline of its ventricle."),
        fixed("The long axes of the two planes differ by more than a fifth: one is foreshortened."),
        fixed("Both planes must be cut into the same number of discs."),
        fixed("Every width must be a number."),
        fixed("A width cannot be below zero."),
        fixed(
            "The volume is from one plane and takes the ventricle as round; where it is not, it"
            " is wrong."
        ),
        fixed(
            "The flow goes with the square of the diameter: a tenth too much there is a fifth in"
            " the flow."
        ),
        fixed(
            "A difference of the saturations is so small that reading errors change the ratio much."
        ),
        fixed("A saturation lies above 0 and at most at 100 percent."),
        fixed(
            "The saturation must be lower behind the body and before the lungs: look which is"
            " which."
        ),
        # segments of the heart
        fixed(
            "With isomeric appendages a biventricular connection is neither concordant nor"
            " discordant: it is mixed."
        ),
        fixed("A mixed atrioventricular connection is only said of isomeric appendages."),
        fixed(
            "The looping of the ventricles does not go with situs and atrioventricular"
            " connection; look again, or say expressly that it is so."
        ),
        fixed("A dominant ventricle is only named where the atria are connected to one ventricle."),
        fixed(
            "Where an atrioventricular connection is absent there is one atrioventricular valve."
        ),
        fixed(
            "One atrioventricular valve alone means that a connection is absent; a common valve"
            " is something else."
        ),
        fixed(
            "Double outlet from an indeterminate ventricle is only said of a solitary ventricle."
        ),
        fixed(
            "The ventriculoarterial connection names a ventricle that does not go with the"
            " dominant one: an indeterminate ventricle is neither right nor left."
        ),
        fixed("A solitary indeterminate ventricle has no looping."),
        fixed("A common arterial trunk leaves no pulmonary valve of its own."),
        fixed(
            "Where only the aorta leaves the heart the aortic valve is open and the pulmonary"
            " valve is not."
        ),
        fixed(
            "Where only the pulmonary trunk leaves the heart the pulmonary valve is open and the"
            " aortic valve is not."
        ),
        fixed("Both arterial valves cannot be closed: the blood must leave the heart."),
        fixed("Where two trunks leave the heart each has a valve, be it closed."),
        fixed(
            "Looping and connection do not go together; this is exceedingly rare and was"
            " confirmed by the reader."
        ),
        fixed("Transposition with intact septa and a closed duct: where does the blood mix?"),
        fixed(
            "An intact ventricular septum is very rare with this ventriculoarterial connection:"
            " look for a defect."
        ),
        fixed(
            "Totally anomalous pulmonary veins with an intact atrial septum: how does the blood"
            " reach the left heart?"
        ),
        fixed(
            "Atresia or interruption with a closed duct: how is the circulation behind it filled?"
        ),
        fixed(
            "Isomerism: say where spleen, stomach, liver and bronchi lie, and how the caval"
            " veins run."
        ),
        fixed(
            "A sinus venosus defect usually comes with anomalous right pulmonary veins: look for"
            " them."
        ),
        # tumours
        fixed("At least two slices are needed, each with its place."),
        fixed("Every area must be a number not below zero."),
        fixed("The slices are not equally spaced: one is missing or there twice."),
        fixed("A mask has three axes and says of every voxel yes or no."),
        fixed("The mask marks nothing."),
        fixed("The mask reaches the edge of the images: a part may lie beyond."),
        # the chest
        fixed("The line across the thorax must cross the midline."),
        fixed("The line across the thorax must be square to the midline."),
        fixed("The two heart borders must lie on different sides of the midline."),
        fixed(
            "Heart and thorax are marked from different sides: begin both with the child's right."
        ),
        fixed("The heart cannot be wider than the thorax."),
        fixed(
            "A supine or anteroposterior film, breathing out, a turned chest and the thymus make"
            " the heart look larger than it is."
        ),
        fixed("Below 3 mm a nodule is too small to be measured reliably."),
        # rules for adults
        fixed("No rule for adults has this name."),
        fixed("%(what)s is a rule for adults and is not used below 18 years."),
        fixed(
            "%(what)s is a rule for adults; without a known age of 18 years or more it is not used."
        ),
    }
)
"""Sentences and templates, each a message id."""
