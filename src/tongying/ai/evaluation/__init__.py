"""How good a model is, with intervals, by age, sex, vendor and site."""
