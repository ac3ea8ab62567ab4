"""The child's body: its surface, doses by weight, and what cannot all be right about it."""
