"""From values to FHIR R4 resources (4.0.1), one file per subject; pure functions, no rows."""
