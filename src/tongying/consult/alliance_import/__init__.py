"""The alliance's books as CSV files: hospitals, members, agreements and shifts, row by row."""
