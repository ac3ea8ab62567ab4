"""DICOM: tolerant reading, strict writing. Pure functions on files and bytes, no database, no web."""
