"""Rules in data: which study triggers which steps."""
