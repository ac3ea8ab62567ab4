"""The DICOM listener: C-ECHO, C-STORE, C-FIND, C-MOVE, C-GET and storage commitment.

`tongying.services.dimse.listener.serve_dicom` starts it, after `tongying.web.boot.boot`.
"""
