"""The steps of an examination that rules and classical methods do."""
