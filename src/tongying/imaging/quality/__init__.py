"""How wrong a registration may be, and what may therefore be done with it."""
