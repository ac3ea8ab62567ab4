"""An image of a child as numbers in space."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, ClassVar, Self

import numpy as np
import SimpleITK as sitk  # noqa: N813 - as its own documents write it
from numpy.typing import NDArray

from tongying.imaging.grid import Grid
from tongying.kernel.caveat import Caveat
from tongying.kernel.errors import BadInput

Array = NDArray[Any]
"""Shape (slices, rows, columns), a real number type."""
Mask = NDArray[np.bool_]


class Quantity(StrEnum):
    """What the numbers of a volume mean."""

    HU = "HU"
    """Hounsfield units."""
    BQML = "Bq/ml"
    SUV_BW = "SUVbw"
    SUV_LBM_JANMAHASATIAN = "SUVlbm(Janmahasatian)"
    SUV_LBM_JAMES = "SUVlbm(James)"
    SUV_BSA = "SUVbsa"
    COUNTS = "counts"
    """Of a gamma camera: no activity concentration, whatever the study calls them."""
    ADC = "ADC"
    """Apparent diffusion coefficient in 10⁻⁶ mm²/s."""
    SIGNAL = "signal"
    """Arbitrary units, as MR and ultrasound have them."""
    LABEL = "label"
    UNKNOWN = "unknown"


class VolumeRefused(BadInput):
    """The array and its grid do not make a volume."""

    code: ClassVar[str] = "imaging.volume"


@dataclass(frozen=True, slots=True, eq=False)
class Volume:
    """Numbers at the points of a grid.

    Attributes
    ----------
    array : ndarray, shape (slices, rows, columns)
        Real values in the unit of `quantity`; rescaled, never windowed.
    grid : Grid
    quantity : Quantity
    modality : str
        (0008,0060), such as ``"CT"``, ``"MR"``, ``"PT"``, ``"NM"``, ``"US"``; empty if unknown.
    frame_of_reference_uid : str or None
        Two volumes with the same one share their coordinates as they were acquired.
    valid : ndarray of bool or None
        False where nothing was measured (pixel padding); None: measured everywhere.
    caveats : tuple of Caveat
        What was irregular, such as an uneven distance of slices.

    Raises
    ------
    VolumeRefused
        If the array's shape is not the grid's, or its numbers are not real.
    """

    array: Array
    grid: Grid
    quantity: Quantity = Quantity.UNKNOWN
    modality: str = ""
    frame_of_reference_uid: str | None = None
    valid: Mask | None = None
    caveats: tuple[Caveat, ...] = ()

    def __post_init__(self) -> None:
        if self.array.shape != self.grid.shape:
            raise VolumeRefused("The image's numbers and its geometry do not have the same size.")
        if self.array.dtype.kind not in "biuf":
            raise VolumeRefused("The image's numbers are not real numbers.")
        if self.valid is not None and self.valid.shape != self.grid.shape:
            raise VolumeRefused("The mask and the image do not have the same size.")

    def to_sitk(self) -> sitk.Image:
        """Return a copy as SimpleITK image; a skewed grid cannot be one.

        Raises
        ------
        VolumeRefused
            If the grid's axes are not at right angles.
        """
        if not self.grid.is_orthogonal():
            raise VolumeRefused(
                "The image was taken with a tilted gantry; straighten it before registration."
            )
        array = self.array.astype(np.uint8) if self.array.dtype == np.bool_ else self.array
        image = sitk.GetImageFromArray(np.ascontiguousarray(array))
        image.SetSpacing([float(mm) for mm in self.grid.spacing_mm])
        image.SetOrigin([float(mm) for mm in self.grid.origin_mm])
        image.SetDirection([float(part) for part in self.grid.directions.ravel()])
        return image

    @classmethod
    def from_sitk(
        cls,
        image: sitk.Image,
        *,
        quantity: Quantity = Quantity.UNKNOWN,
        modality: str = "",
        frame_of_reference_uid: str | None = None,
    ) -> Self:
        """Return a copy of a three-dimensional scalar SimpleITK image.

        Raises
        ------
        VolumeRefused
            If the image is not three-dimensional and scalar.
        """
        if image.GetDimension() != 3 or image.GetNumberOfComponentsPerPixel() != 1:
            raise VolumeRefused("The image is not three-dimensional with one value at each point.")
        array = sitk.GetArrayFromImage(image)
        directions = np.array(image.GetDirection()).reshape(3, 3)
        grid = Grid.of(
            array.shape,
            spacing_mm=image.GetSpacing(),
            origin_mm=image.GetOrigin(),
            directions=directions,
        )
        return cls(array, grid, quantity, modality, frame_of_reference_uid)
