"""Unified Procedure Steps: the cases as a DICOM worklist."""
