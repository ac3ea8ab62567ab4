"""One deformable registration by another program, in that program's own interpreter.

    $TONGYING_PEERS_PYTHON bench/deformable_peer.py METHOD FOLDER

FOLDER holds ``fixed.nrrd``, ``moving.nrrd`` and ``targets.npy`` (n, 3; LPS mm). Written are
``moved.npy``, where the method puts the targets, and ``peer.json`` with its processor and wall time
without import and reading. It imports nothing of ours: that interpreter does not have it.

METHOD is greedy, ants, sitk, elastix-20 or elastix-200. Settings: ANTs' as its manual suggests for
two modalities; greedy's likewise, but twice as smooth, which it needs on the chest; elastix'
default maps, with the weight of the bending energy named; SimpleITK's as its example of a
multi-resolution B-spline.
"""

from __future__ import annotations

import json
import re
import sys
import time
from functools import partial
from pathlib import Path

import numpy as np
import SimpleITK as sitk  # noqa: N813 - as its own documents write it

THREADS = 2


def main() -> int:
    """Run the method and write its answer down."""
    method, folder = sys.argv[1], Path(sys.argv[2])
    targets = np.load(folder / "targets.npy")
    runs = {
        "elastix-20": partial(elastix, "20"),
        "elastix-200": partial(elastix, "200"),
        "greedy": greedy,
        "ants": ants,
        "sitk": simpleitk,
    }
    moved, cpu_s, wall_s = runs[method](folder, targets)
    np.save(folder / "moved.npy", np.asarray(moved))
    (folder / "peer.json").write_text(json.dumps({"cpu_s": cpu_s, "wall_s": wall_s}))
    return 0


def elastix(weight: str, folder: Path, targets):
    """Register by elastix: rigid, then B-spline with bending energy."""
    import itk

    fixed = itk.imread(str(folder / "fixed.nrrd"), itk.F)
    moving = itk.imread(str(folder / "moving.nrrd"), itk.F)
    parameters = itk.ParameterObject.New()
    parameters.AddParameterMap(itk.ParameterObject.GetDefaultParameterMap("rigid", 4))
    spline = itk.ParameterObject.GetDefaultParameterMap("bspline", 4)
    spline["Metric1Weight"] = [weight]
    parameters.AddParameterMap(spline)
    clock = Clock()
    _, found = itk.elastix_registration_method(
        fixed, moving, parameter_object=parameters, log_to_console=False
    )
    took = clock.stop()
    text = (
        "point\n"
        + f"{len(targets)}\n"
        + "\n".join(" ".join(map(repr, p)) for p in targets.tolist())
    )
    (folder / "points.txt").write_text(text + "\n")
    itk.transformix_filter(
        moving,
        found,
        fixed_point_set_file_name=str(folder / "points.txt"),
        output_directory=str(folder),
    )
    pattern = re.compile(r"OutputPoint = \[ ([^\]]+) \]")
    lines = (folder / "outputpoints.txt").read_text().splitlines()
    moved = [[float(part) for part in pattern.search(line).group(1).split()] for line in lines]
    return moved, *took


def greedy(folder: Path, targets):
    """Register by greedy: rigid, then its deformation, both by normalised mutual information."""
    from picsl_greedy import Greedy3D

    fixed, moving = (sitk.ReadImage(str(folder / f"{n}.nrrd")) for n in ("fixed", "moving"))
    if sitk.GetArrayViewFromImage(fixed).min() < 0:  # raw HU spend the histogram on metal and air
        fixed = sitk.Clamp(fixed, sitk.sitkFloat32, -1000, 1000)
    clock = Clock()
    tool = Greedy3D()
    quiet = (folder / "log.txt").open("w")
    matrix = str(folder / "rigid.mat")
    tool.execute(
        f"-d 3 -threads {THREADS} -a -dof 6 -m NMI -ia-image-centers -n 100x50x10"
        f" -i fixed moving -o {matrix}",
        fixed=fixed,
        moving=moving,
        out=quiet,
        err=quiet,
    )
    tool.execute(
        f"-d 3 -threads {THREADS} -m NMI -it {matrix} -n 100x50x10 -s 4.0vox 1.0vox"
        " -i fixed moving -o warp",
        fixed=fixed,
        moving=moving,
        warp=None,
        out=quiet,
        err=quiet,
    )
    took = clock.stop()
    warp = tool["warp"]
    field = sitk.DisplacementFieldTransform(sitk.Cast(warp, sitk.sitkVectorFloat64))
    between = np.array([field.TransformPoint(p) for p in targets.tolist()])
    flip = np.diag([-1.0, -1.0, 1.0, 1.0])
    lps = flip @ np.loadtxt(matrix) @ flip
    return between @ lps[:3, :3].T + lps[:3, 3], *took


def ants(folder: Path, targets):
    """Register by ANTs: rigid, affine and SyN by Mattes' mutual information."""
    import ants as program
    import pandas

    fixed, moving = (program.image_read(str(folder / f"{n}.nrrd")) for n in ("fixed", "moving"))
    if fixed.min() < 0:  # its start by the centre of mass needs what is not negative
        fixed = fixed.new_image_like(np.clip(fixed.numpy(), -1000, 2000) + 1000)
    moving = moving.new_image_like(np.clip(moving.numpy(), 0, None))
    clock = Clock()
    found = program.registration(fixed, moving, "SyNRA", syn_metric="mattes", random_seed=1)
    took = clock.stop()
    table = pandas.DataFrame(targets, columns=["x", "y", "z"])
    moved = program.apply_transforms_to_points(3, table, found["fwdtransforms"])
    return moved[["x", "y", "z"]].to_numpy(), *took


def simpleitk(folder: Path, targets):
    """Register by SimpleITK: rigid, then a B-spline by LBFGS, both by mutual information."""
    fixed, moving = (
        sitk.ReadImage(str(folder / f"{n}.nrrd"), sitk.sitkFloat32) for n in ("fixed", "moving")
    )
    sitk.ProcessObject.SetGlobalDefaultNumberOfThreads(THREADS)
    clock = Clock()
    rigid = sitk.CenteredTransformInitializer(
        fixed, moving, sitk.Euler3DTransform(), sitk.CenteredTransformInitializerFilter.GEOMETRY
    )
    first = _by_information(1)
    first.SetOptimizerAsRegularStepGradientDescent(1.0, 1e-3, 200, relaxationFactor=0.6)
    first.SetOptimizerScalesFromPhysicalShift()
    first.SetInitialTransform(rigid)
    turned = first.Execute(fixed, moving)
    second = _by_information(1)
    extent = [n * mm for n, mm in zip(fixed.GetSize(), fixed.GetSpacing(), strict=True)]
    mesh = [max(2, int(mm / 40 + 0.5)) for mm in extent]
    spline = sitk.BSplineTransformInitializer(fixed, mesh, order=3)
    second.SetInitialTransformAsBSpline(spline, inPlace=True, scaleFactors=[1, 1, 2])
    second.SetMovingInitialTransform(turned)
    second.SetOptimizerAsLBFGS2(solutionAccuracy=1e-6, numberOfIterations=60)
    bent = second.Execute(fixed, moving)
    took = clock.stop()
    moved = [turned.TransformPoint(bent.TransformPoint(p)) for p in targets.tolist()]
    return moved, *took


def _by_information(seed: int):
    method = sitk.ImageRegistrationMethod()
    method.SetMetricAsMattesMutualInformation(48)
    method.SetMetricSamplingStrategy(method.RANDOM)
    method.SetMetricSamplingPercentage(0.2, seed)
    method.SetInterpolator(sitk.sitkLinear)
    method.SetShrinkFactorsPerLevel([4, 2, 1])
    method.SetSmoothingSigmasPerLevel([4, 2, 0])
    method.SmoothingSigmasAreSpecifiedInPhysicalUnitsOn()
    return method


class Clock:
    """Processor and wall time since it was made."""

    def __init__(self) -> None:
        self._wall, self._cpu = time.perf_counter(), time.process_time()

    def stop(self) -> tuple[float, float]:
        """Return processor and wall seconds."""
        return time.process_time() - self._cpu, time.perf_counter() - self._wall


if __name__ == "__main__":
    raise SystemExit(main())
