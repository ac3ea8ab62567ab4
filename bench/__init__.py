"""Measurements: the archive against Orthanc, and what the server needs of memory."""
