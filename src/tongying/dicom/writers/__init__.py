"""DICOM objects that carry a signed opinion into the child's study: valid, or not written."""
