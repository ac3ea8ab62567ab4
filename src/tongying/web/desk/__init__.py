"""The desk: offers, decisions, pauses, alerts, critical findings."""
