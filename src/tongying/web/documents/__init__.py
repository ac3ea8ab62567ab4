"""Documents on paper: the signed opinion as an A4 PDF."""
