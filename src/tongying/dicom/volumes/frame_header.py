"""What is known of one slice before its pixels are decoded."""

from __future__ import annotations

from dataclasses import dataclass, field

Vector = tuple[float, float, float]
Tell = str | float | tuple[str | float, ...]
"""A value that may tell images at one place apart."""


@dataclass(frozen=True, slots=True)
class FrameHeader:
    """One image of a series, single or a frame of many.

    Attributes
    ----------
    file : int
        Index of its file.
    frame : int
        Frame number from 1.
    single : bool
        Whether its object is a single image.
    shape : tuple of int
        Rows and columns.
    position : tuple of float or None
        Centre of the first pixel, LPS in mm.
    orientation : tuple of float or None
        Direction of the rows (along which the column index grows), then of the columns; LPS.
    spacing : tuple of float or None
        Between rows, between columns, in mm, as (0028,0030).
    thickness_mm : float or None
    number : int or None
        Instance number, or the frame number of a multi-frame object.
    slope, intercept : float
        From stored to real values.
    rescaled : bool
        Whether the file states slope and intercept.
    rescale_type : str
        (0028,1054), empty if absent.
    image_type : tuple of str
    scale_slope : float or None
        Philips' private (2005,100E).
    tells : dict
        What may tell it from another image at the same place, by the name of the attribute.
    """

    file: int
    frame: int
    single: bool
    shape: tuple[int, int]
    position: Vector | None
    orientation: tuple[float, ...] | None
    spacing: tuple[float, float] | None
    thickness_mm: float | None
    number: int | None
    slope: float = 1.0
    intercept: float = 0.0
    rescaled: bool = False
    rescale_type: str = ""
    image_type: tuple[str, ...] = ()
    scale_slope: float | None = None
    tells: dict[str, Tell] = field(default_factory=dict)

    @property
    def is_localiser(self) -> bool:
        """Whether the scanner calls it one."""
        return "LOCALIZER" in self.image_type
