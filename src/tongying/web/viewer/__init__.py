"""The OHIF viewer under ``/viewer/``: its files, its configuration, and the links that open it."""
