"""FHIR R4, read only."""
