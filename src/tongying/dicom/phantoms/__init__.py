"""Children made in code: CT, PET, MR and ultrasound of bodies that never lived.

Every object says that it is synthetic (manufacturer and series description), is the
same for the same seed, and carries what was planted in it as a truth value. Fit for a demo, for
tests and for checking measurements; not a model of any disease.
"""
