"""Command line, DICOM listener, worker: the only sockets, loops and clocks."""
