"""The outbox of durable work."""
