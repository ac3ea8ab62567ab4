"""DICOM series as volumes: never silently sorted anew, never silently resampled."""
