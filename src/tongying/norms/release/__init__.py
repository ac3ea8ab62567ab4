"""A norm as a release: immutable, hashed, signed by two people, compared, exported."""
