"""The bases, penalties and first coefficients of a plan for a sample."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tongying.norms.arrays import FloatArray
from tongying.norms.distributions.family import Family
from tongying.norms.distributions.registry import family_of
from tongying.norms.fit.basis import Axis, columns, penalty
from tongying.norms.fit.plan import Plan
from tongying.norms.fit.sample import Sample

TAIL_RIDGE, TAIL_CENTRE = 0.1, float(np.log(20.0))
"""Holds an unpenalised tail parameter where the data say nothing of it: a normal prior with a
standard deviation of 3 on its logarithm, so that it cannot run away."""
FIRST_ROUGHNESS = 1e-3
SMALLEST_SPREAD = 1e-9


@dataclass(frozen=True, slots=True)
class Penalised:
    """One penalty: where in the coefficients, its matrix with parameter 1, and its rank."""

    where: slice
    matrix: FloatArray
    rank: int


@dataclass(frozen=True, slots=True, eq=False)
class Design:
    """Bases and penalties of a plan for a sample.

    Attributes
    ----------
    family : Family
    blocks : tuple of FloatArray
        Columns of each parameter, (n, p_k); the first carries the sites' columns at its end.
    penalties : tuple of Penalised
        The sites' last.
    fixed : FloatArray
        (p,), a ridge that is not estimated.
    centre : FloatArray
        (p,), what that ridge pulls to.
    sites : int
        Columns of sites.
    offsets : tuple of int
        Where each parameter's coefficients begin, and the end.
    """

    family: Family
    blocks: tuple[FloatArray, ...]
    penalties: tuple[Penalised, ...]
    fixed: FloatArray
    centre: FloatArray
    sites: int
    offsets: tuple[int, ...]

    @property
    def width(self) -> int:
        """Number of coefficients."""
        return self.offsets[-1]

    def predictors(self, coefficients: FloatArray) -> FloatArray:
        """Return predictors, (k, n)."""
        return np.stack(
            [
                block @ coefficients[self.offsets[k] : self.offsets[k + 1]]
                for k, block in enumerate(self.blocks)
            ]
        )

    def penalty(self, smoothing: FloatArray) -> FloatArray:
        """Return the penalty matrix, (p, p), of smoothing parameters, one for each penalty."""
        total = np.diag(self.fixed)
        for one, parameter in zip(self.penalties, smoothing, strict=True):
            total[one.where, one.where] += parameter * one.matrix
        return total


def design_of(sample: Sample, plan: Plan, axis: Axis) -> Design:
    """Return the design of a plan for a sample along an axis."""
    family = family_of(plan.family)
    place = axis.place(sample.x)
    blocks, offsets, penalties = [], [0], []
    fixed, centre = [], []
    for number, bend in enumerate(plan.bends):
        block = columns(place, bend.intervals)
        begin, width = offsets[-1], block.shape[1]
        ridge, middle = np.zeros(width), np.zeros(width)
        if bend.intervals:
            matrix = penalty(bend.intervals, bend.order)
            penalties.append(Penalised(slice(begin, begin + width), matrix, width - bend.order))
        elif family.parameters[number] == "tau":
            ridge[:] = TAIL_RIDGE
            middle[:] = TAIL_CENTRE if family.name == "bct" else 0.0
        if number == 0 and plan.by_site:
            block = np.hstack([block, np.eye(len(sample.sites))[sample.site]])
            ridge = np.concatenate([ridge, np.zeros(len(sample.sites))])
            middle = np.concatenate([middle, np.zeros(len(sample.sites))])
        blocks.append(block)
        fixed.append(ridge)
        centre.append(middle)
        offsets.append(begin + block.shape[1])
    if plan.by_site:
        end, count = offsets[1], len(sample.sites)
        penalties.append(Penalised(slice(end - count, end), np.eye(count), count))
    return Design(
        family=family,
        blocks=tuple(blocks),
        penalties=tuple(penalties),
        fixed=np.concatenate(fixed),
        centre=np.concatenate(centre),
        sites=len(sample.sites) if plan.by_site else 0,
        offsets=tuple(offsets),
    )


def first_coefficients(design: Design, value: FloatArray, weight: FloatArray) -> FloatArray:
    """Return constants in every parameter, the middle bent by one least squares step."""
    family = design.family
    begin = family.start(value, weight)
    coefficients = np.zeros(design.width)
    for k, constant in enumerate(begin):
        coefficients[design.offsets[k] : design.offsets[k + 1]] = constant
    end = design.offsets[1]
    spline = slice(0, end - design.sites)
    coefficients[end - design.sites : end] = 0.0
    target = np.log(value) if family.positive else value
    block = design.blocks[0][:, spline]
    ridge = FIRST_ROUGHNESS * float(weight.sum()) / block.shape[1]
    rough = design.penalties[0].matrix if spline.stop > 1 else np.zeros((1, 1))
    gram = block.T @ (block * weight[:, None])
    coefficients[spline] = np.linalg.solve(
        gram + ridge * rough + SMALLEST_SPREAD * np.eye(len(gram)) * np.trace(gram),
        block.T @ (weight * target),
    )
    left = target - block @ coefficients[spline]
    spread = float(np.sqrt(np.average(left**2, weights=weight)))
    coefficients[design.offsets[1] : design.offsets[2]] = np.log(max(spread, SMALLEST_SPREAD))
    return coefficients
