"""What a doctor sees."""
