"""Brain extraction by the two networks that the package deepbet ships (extra ``ai``).

The package's own interface is not imported: it wants a graphical toolkit. Its two networks are run
as it runs them: a coarse one finds the box of the brain, a fine one draws the contour within it.

References
----------
Fisch L. et al. deepbet: Fast brain extraction of T1-weighted MRI using Convolutional Neural
Networks. Comput Biol Med 2024;179:108845. Package deepbet 1.0.2 (MIT), `bet.py`, `utils.py`.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import Any, ClassVar, Final

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from tongying.ai.backends.protocol import PackBroken, RuntimeMissing
from tongying.imaging.progress import Progress
from tongying.imaging.volume import Mask
from tongying.kernel.errors import BadInput

PACKAGE: Final = "deepbet"
_COARSE, _FINE = "data/models/bbox_model.pt", "data/models/model.pt"
_COARSE_SHAPE, _FINE_SHAPE = (128, 128, 128), (256, 256, 256)
_DARKEST, _BRIGHTEST = 0.005, 0.995
_MEAN, _SPREAD = 0.449, 0.226
_INSIDE: Final = 0.5
_SEEN: Final = 0.02
"""Share of a plane that must be brain for the plane to belong to the box."""
_MARGIN: Final = 0.1
_CORNERS: Final = np.ones((3, 3, 3), dtype=bool)

Image = NDArray[np.float32]


class BrainUnseen(BadInput):
    """No brain was found in the image."""

    code: ClassVar[str] = "ai.brain-unseen"


@dataclass(slots=True)
class BrainExtraction:
    """The two networks, loaded."""

    torch: Any
    coarse: Any
    fine: Any

    @classmethod
    def load(cls, threads: int = 1) -> BrainExtraction:
        """Load the networks from the installed package.

        Raises
        ------
        RuntimeMissing
            If torch or deepbet is not installed.
        PackBroken
            If the package's networks are missing.
        """
        try:
            torch: Any = import_module("torch")
            installed = distribution(PACKAGE)
        except (ModuleNotFoundError, PackageNotFoundError):
            raise RuntimeMissing(
                "Brain extraction needs the packages torch and deepbet (extra: ai)."
            ) from None
        torch.set_num_threads(threads)
        paths = [Path(str(installed.locate_file(name))) for name in (_COARSE, _FINE)]
        if not all(path.is_file() for path in paths):
            raise PackBroken("The networks of the package deepbet are missing.")
        coarse, fine = (torch.jit.load(str(path), map_location="cpu").eval() for path in paths)
        return cls(torch, coarse, fine)

    def mask(self, image: Image, progress: Progress) -> Mask:
        """Return the brain with its fluid.

        Parameters
        ----------
        image : ndarray, shape (x, y, z)
            T1-weighted; axes to the right, to the front and up.
        progress : Progress

        Raises
        ------
        BrainUnseen
            If no brain was found.
        """
        torch = self.torch
        whole = torch.nan_to_num(torch.from_numpy(np.ascontiguousarray(image, dtype=np.float32)))
        with torch.inference_mode():
            small = self._sized(whole, _COARSE_SHAPE)
            low, high = small.quantile(_DARKEST), small.quantile(_BRIGHTEST)
            seen = self.coarse(_normal(small, low, high)[None, None])[0, 1].numpy() > _INSIDE
            progress(0.3, "model")
            box = _box(_largest(seen), image.shape)
            inside = self._sized(whole[box], _FINE_SHAPE)
            drawn = self.fine(_normal(inside, low, high)[None, None])[0, 1]
            progress(0.9, "model")
            part = self._sized(drawn, tuple(side.stop - side.start for side in box)).numpy()
        mask = np.zeros(image.shape, dtype=bool)
        mask[box] = ndimage.binary_fill_holes(_largest(part > _INSIDE))
        return mask

    def _sized(self, values: Any, shape: tuple[int, ...]) -> Any:
        return self.torch.nn.functional.interpolate(
            values[None, None], shape, mode="nearest-exact"
        )[0, 0]


def _normal(values: Any, low: Any, high: Any) -> Any:
    clipped = ((values - low) / (high - low)).clamp(min=0, max=1)
    return _SPREAD * (clipped - clipped.mean()) / clipped.std() + _MEAN


def _largest(seen: Mask) -> Mask:
    pieces, count = ndimage.label(seen, _CORNERS)
    if not count:
        raise BrainUnseen("No brain was found in the image.")
    return np.asarray(pieces == np.bincount(pieces.ravel())[1:].argmax() + 1)


def _box(seen: Mask, shape: tuple[int, ...]) -> tuple[slice, slice, slice]:
    """Return the box of the brain on the whole image, with a margin on every side."""
    sides = []
    for axis in range(3):
        others = tuple(other for other in range(3) if other != axis)
        planes = np.flatnonzero(seen.mean(axis=others) > _SEEN)
        if not len(planes):
            raise BrainUnseen("No brain was found in the image.")
        first, last = planes[0], planes[-1] + 1
        scale = shape[axis] / seen.shape[axis]
        centre = np.round(scale * (first + last) / 2)
        length = np.round(scale * (last - first) * (1 + 2 * _MARGIN))
        begin, end = int(centre - length / 2), int(centre + length / 2)
        sides.append(slice(max(0, begin), min(shape[axis], end)))
    return sides[0], sides[1], sides[2]
