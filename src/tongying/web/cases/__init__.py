"""Cases, opinions and their documents."""
