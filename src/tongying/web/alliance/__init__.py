"""The alliance: agreements, rosters, import."""
