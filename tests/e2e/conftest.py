"""The tests of this folder share its modules."""
