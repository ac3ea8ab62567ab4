"""From two series of a child to the objects that a fusion leaves behind."""
