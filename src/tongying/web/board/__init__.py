"""The board of the alliance: its numbers over a period."""
