"""DICOM: tolerant reading, strict writing. Functions on files and bytes; no database, no web."""
