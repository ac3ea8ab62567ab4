"""AI on the web: models behind the gate, runs, results, and the reader who comes first."""
