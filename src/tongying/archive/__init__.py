"""What an instance store and an index promise, and how an instance gets from a door into both."""
