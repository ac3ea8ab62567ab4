"""How a norm is written down: tables of parameters, formulas, bands, limits."""
