"""Live rooms of cases: rows, who may enter, the log of what happens, stills, recordings."""
