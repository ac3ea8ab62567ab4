"""Norms as rows: the ledger of normal children, fits, releases, sign-offs."""
