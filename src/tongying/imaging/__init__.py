"""Volumes and what is computed from them; arrays only, no files of DICOM, no Django."""
