"""Sentences of the decision aids: what they ask for, refuse, and doubt."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext_noop as fixed

OF_AIDS: Final = frozenset(
    {
        fixed("Answer this first: %(what)s."),
        fixed("No sign is called %(what)s."),
        fixed("No kind of nodule is called %(what)s."),
        fixed("No risk factor is called %(what)s."),
        fixed("PRETEXT does not know %(what)s."),
        fixed("Calyces cannot be %(what)s."),
        fixed("The answer %(name)s cannot be %(what)s."),
        fixed("The answer %(name)s is neither yes nor no."),
        fixed("The answer %(name)s is no option."),
        fixed("The answer %(name)s is no number."),
        fixed("The answer %(name)s is no list of options."),
        fixed("The answer %(name)s says none and something at once."),
        fixed("number of recurrences"),
        fixed("age"),
        fixed("whether a lead point is seen"),
        fixed("peritonitis"),
        fixed("free gas"),
        fixed("shock"),
        fixed("general signs"),
        fixed("blood from the rectum"),
        fixed("gas in the bowel wall"),
        fixed("gas in the portal vein"),
        fixed("free fluid"),
        fixed("acidosis or few platelets"),
        fixed("severe illness"),
        fixed("pain on coughing, percussion or hopping"),
        fixed("tenderness of the right lower abdomen"),
        fixed("loss of appetite"),
        fixed("fever"),
        fixed("nausea or vomiting"),
        fixed("leucocytes"),
        fixed("neutrophils"),
        fixed("migration of the pain"),
        fixed("whirlpool"),
        fixed("order of the mesenteric vessels"),
        fixed("third part of the duodenum"),
        fixed("known malignancy"),
        fixed("defence against infection"),
        fixed("symptoms"),
        fixed("kind of nodule"),
        fixed("whether every pulmonary vein reaches the left atrium"),
        fixed("The appendicitis score asks for the age."),
        fixed("The appendicitis score was made for children of 4 to 15 years."),
        fixed("Say first whether the appendix is seen."),
        fixed("Measure the appendix and say whether it can be compressed."),
        fixed("An appendix has a diameter above 0 mm."),
        fixed("Measure the atrium of the lateral ventricle first."),
        fixed("An atrium has a width above 0 mm."),
        fixed("Measure the branch pulmonary arteries first."),
        fixed("An index of the branch arteries lies above 0."),
        fixed("Give the systolic pressure of the right arm and of a leg first."),
        fixed("A systolic pressure lies above 0 mmHg."),
        fixed("Measure the angle alpha first."),
        fixed("Measure the fat core and the outer wall first."),
        fixed("A fat core and an outer wall have a thickness in mm."),
        fixed("Tick the involved sections of the liver first."),
        fixed("Answer the annotation factors first, even if there is none."),
        fixed("Give the alpha-fetoprotein in ng/mL first."),
        fixed("What alpha-fetoprotein is usual depends on the age in days."),
        fixed(
            "The line for alpha-fetoprotein was made with infants; from two years on the "
            "laboratory's own limit holds."
        ),
        fixed("Say first whether there are metastases, and where."),
        fixed("Answer the image-defined risk factors first, even if there is none."),
        fixed("Stage M or MS: the age decides, and it is not known."),
        fixed("The ranges are of children born before 33 weeks; gestation is asked."),
        fixed(
            "The ranges are of children born between 23+1 and 32+6 weeks, before they reach term."
        ),
        fixed("Measure the ventricles first."),
        fixed("A width of a ventricle is a number of mm, 0 or above."),
        fixed("Measure the muscle of the pylorus first."),
        fixed("A muscle and a canal have a length above 0 mm."),
        fixed("Tell the bone age in years first."),
        fixed("The age is not known; a bone age says nothing without it."),
        fixed("Measure the Cobb angle first."),
        fixed("A Cobb angle lies between 0 and 180 degrees."),
        fixed("Say situs, atrioventricular and ventriculoarterial connection first."),
        fixed(
            "Echogenic fat and free fluid also go with inflammation of a neighbour of the appendix."
        ),
        fixed(
            "A healthy child's appendix may be wider than 6 mm: the norm by age stands "
            "beside the value."
        ),
        fixed("The sources draw this border differently: 12 or 13 mm, 15 or above 15 mm."),
        fixed(
            "The two indices say different things: look at the branches and at how the "
            "aorta was measured."
        ),
        fixed(
            "An open duct or an aberrant right subclavian artery hides the difference of pressure."
        ),
        fixed("Ultrasound showed the lead point in only 12 % of 83 children who had one."),
        fixed("In a series of 237 children recurrence alone was no sign of a lead point."),
        fixed(
            "A draft from the sections ticked: a section that is only pressed aside is not "
            "involved."
        ),
        fixed("A child born preterm has several times more alpha-fetoprotein at the same age."),
        fixed(
            "Neither gas in the bowel wall nor in the portal vein is seen: stage III rests "
            "on the bedside signs; volvulus and spontaneous perforation look alike."
        ),
        fixed("Gas in the portal vein alone may come from an umbilical vein catheter."),
        fixed(
            "MS allows only few tumour cells in the marrow (below 10 %) and no uptake there "
            "with MIBG."
        ),
        fixed(
            "The child is within days of 18 months at this examination: check the date of birth."
        ),
        fixed(
            "The ranges are of the first 3 days of life; this child is older, and ventricles grow."
        ),
        fixed("A pylorus that is seen to open and let fluid pass speaks against stenosis."),
        fixed("Pyloric stenosis is unusual at this age."),
        fixed("The age is not known; it is a disease of weeks 2 to 12."),
        fixed("The criteria come from term infants; a preterm child may have a thinner muscle."),
        fixed("The angle lies within 5 degrees of a border, which is what two readers differ by."),
        fixed(
            "A vein to the right of the artery does not exclude malrotation: with green "
            "vomiting the upper gastrointestinal series or the surgeon decides."
        ),
    }
)
"""Sentences and templates, each a message id."""
