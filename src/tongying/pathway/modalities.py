"""Modalities (0008,0060) that a pathway may ask for: examinations of a patient.

References
----------
.. [1] DICOM PS3.3 C.7.3.1.1.1, defined terms.
"""

from __future__ import annotations

from typing import Final

MODALITIES: Final = frozenset(
    {
        "CR",
        "CT",
        "DX",
        "ECG",
        "ES",
        "IO",
        "MG",
        "MR",
        "NM",
        "PT",
        "PX",
        "RF",
        "RG",
        "US",
        "XA",
        "XC",
    }
)
