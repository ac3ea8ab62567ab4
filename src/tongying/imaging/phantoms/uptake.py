"""A digital phantom of uptake: kidneys, a ball of brain, round lesions, with known activity.

Drawn finely, blurred by a known Gaussian and averaged into the scanner's voxels, with noise of a
known share. The anatomy may be shifted against the uptake, as a registration error would.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from scipy.ndimage import gaussian_filter

from tongying.imaging.grid import Grid
from tongying.imaging.phantoms.shapes import Canvas
from tongying.imaging.region import Region
from tongying.imaging.volume import Quantity, Volume

FINE_MM: Final = 1.5
VOXEL_MM: Final = 4.5
"""Three fine voxels along each axis make one of the scanner's."""
SIZE_MM: Final = 189.0
LESION_MM: Final = (6.0, 10.0, 14.0, 20.0, 30.0)
BACKGROUND: Final = 1.0
UPTAKE: Final = {
    "kidney cortex": 6.0,
    "kidney pelvis": 2.0,
    "brain grey": 8.0,
    "brain white": 2.5,
    **{f"lesion {size:g} mm": 5.0 for size in LESION_MM},
}
_FWHM_PER_SIGMA: Final = 2.3548200450309493


@dataclass(frozen=True, slots=True, eq=False)
class UptakePhantom:
    """What a scanner would show, and what is true.

    Attributes
    ----------
    image : Volume
        SUVbw.
    regions : tuple of Region
        On the fine grid, where the uptake truly is.
    truth : dict of str to float
        Uptake of each region.
    """

    image: Volume
    regions: tuple[Region, ...]
    truth: dict[str, float]

    def anatomy(self, shift_mm: float) -> tuple[Region, ...]:
        """Return the regions as anatomy sees them after a registration error along a diagonal.

        Parameters
        ----------
        shift_mm : float
            Length of the error.
        """
        by = shift_mm / np.sqrt(3.0)
        affine = np.array(self.regions[0].grid.affine)
        affine[:3, 3] += by
        return tuple(
            replace(region, grid=Grid(region.grid.shape, affine)) for region in self.regions
        )


def uptake_phantom(*, fwhm_mm: float, noise: float, seed: int) -> UptakePhantom:
    """Make the phantom.

    Parameters
    ----------
    fwhm_mm : float
        Of the Gaussian blur, the same along all axes.
    noise : float
        Standard deviation over the local value in the image's voxels, before a smoothing of one
        voxel that makes it correlated as reconstructed noise is.
    seed : int
        Of the noise.
    """
    side = round(SIZE_MM / FINE_MM)
    fine = Grid.of(
        (side, side, side),
        spacing_mm=(FINE_MM,) * 3,
        origin_mm=(-(SIZE_MM - FINE_MM) / 2,) * 3,
    )
    regions = _regions(fine)
    uptake = np.full(fine.shape, BACKGROUND, dtype=np.float32)
    for region in regions:
        uptake[region.mask] = UPTAKE[region.name]
    blurred = gaussian_filter(uptake, fwhm_mm / _FWHM_PER_SIGMA / FINE_MM, mode="nearest")
    many = round(VOXEL_MM / FINE_MM)
    coarse = side // many
    shown = blurred.reshape(coarse, many, coarse, many, coarse, many).mean(axis=(1, 3, 5))
    if noise > 0:
        grain = gaussian_filter(np.random.default_rng(seed).normal(size=shown.shape), 0.6)
        shown = shown * (1.0 + noise * grain / grain.std())
    grid = Grid.of(
        (coarse, coarse, coarse),
        spacing_mm=(VOXEL_MM,) * 3,
        origin_mm=(-(SIZE_MM - VOXEL_MM) / 2,) * 3,
    )
    image = Volume(shown.astype(np.float32), grid, Quantity.SUV_BW, "PT")
    return UptakePhantom(image, regions, dict(UPTAKE))


def _regions(fine: Grid) -> tuple[Region, ...]:
    canvas = Canvas.on(fine)
    found = {}
    for name, centre, radii, core in (
        ("kidney", (-45.0, 20.0, -40.0), (18.0, 16.0, 30.0), 0.5),
        ("brain", (0.0, 0.0, 52.0), (32.0, 36.0, 28.0), 0.72),
    ):
        whole = canvas.ellipsoid(centre, radii)
        middle = canvas.ellipsoid(centre, (radii[0] * core, radii[1] * core, radii[2] * core))
        outer, inner = ("cortex", "pelvis") if name == "kidney" else ("grey", "white")
        found[f"{name} {outer}"] = whole & ~middle
        found[f"{name} {inner}"] = middle
    for size, centre in zip(
        LESION_MM,
        (
            (0.0, -60.0, -10.0),
            (35.0, -55.0, -10.0),
            (60.0, -25.0, -15.0),
            (55.0, 25.0, -20.0),
            (15.0, 30.0, -60.0),
        ),
        strict=True,
    ):
        half = size / 2.0
        found[f"lesion {size:g} mm"] = canvas.ellipsoid(centre, (half, half, half))
    return tuple(Region(name, mask, fine) for name, mask in found.items())
