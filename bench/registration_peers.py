"""One registration by one other program; runs in the peers' own environment (bench/peers.txt).

    python bench/registration_peers.py TOOL FIXED MOVING ANSWER MODALITY MODALITY SEED

It imports nothing of the project. The answer is JSON: the matrix from fixed to moving points in
LPS mm, seconds by the wall and of the processor from images in memory to the matrix, and the peak
of resident memory in MB with the images.
"""

import json
import os
import sys
import tempfile
import time
from pathlib import Path

THREADS = 2
os.environ.setdefault("ITK_GLOBAL_DEFAULT_NUMBER_OF_THREADS", str(THREADS))
os.environ.setdefault("OMP_NUM_THREADS", str(THREADS))

import numpy as np  # noqa: E402
import SimpleITK as sitk  # noqa: E402, N813

FLIP = np.diag([-1.0, -1.0, 1.0, 1.0])


def with_sitk(fixed, moving, seed):
    """Mattes MI over three resolutions, as an expert writes it."""
    method = sitk.ImageRegistrationMethod()
    method.SetMetricAsMattesMutualInformation(50)
    method.SetMetricSamplingStrategy(method.RANDOM)
    method.SetMetricSamplingPercentage(0.1, seed + 1)
    method.SetInterpolator(sitk.sitkLinear)
    method.SetOptimizerAsRegularStepGradientDescent(
        learningRate=2.0, minStep=1e-4, numberOfIterations=200, gradientMagnitudeTolerance=1e-8
    )
    method.SetOptimizerScalesFromPhysicalShift()
    method.SetShrinkFactorsPerLevel([4, 2, 1])
    method.SetSmoothingSigmasPerLevel([4, 2, 1])
    method.SmoothingSigmasAreSpecifiedInPhysicalUnitsOn()
    size = np.array(fixed.GetSize())
    centre = fixed.TransformContinuousIndexToPhysicalPoint([(one - 1) / 2 for one in size])
    first = sitk.Euler3DTransform()
    first.SetCenter(centre)
    method.SetInitialTransform(first, inPlace=False)
    return matrix_of(method.Execute(fixed, moving))


def with_elastix(fixed, moving, seed):
    """The rigid default parameter map with more samples."""
    import itk

    images = [to_itk(itk, one) for one in (fixed, moving)]
    parameters = itk.ParameterObject.New()
    table = parameters.GetDefaultParameterMap("rigid", 4)
    table["AutomaticTransformInitialization"] = ["false"]
    table["MaximumNumberOfIterations"] = ["500"]
    table["NumberOfSpatialSamples"] = ["4000"]
    table["RandomSeed"] = [str(seed + 1)]
    table["WriteResultImage"] = ["false"]
    parameters.AddParameterMap(table)
    _, result = itk.elastix_registration_method(
        images[0], images[1], parameter_object=parameters, log_to_console=False
    )
    found = result.GetParameterMap(0)
    transform = sitk.Euler3DTransform()
    transform.SetComputeZYX(found["ComputeZYX"][0] == "true")
    transform.SetCenter([float(one) for one in found["CenterOfRotationPoint"]])
    transform.SetParameters([float(one) for one in found["TransformParameters"]])
    return matrix_of(transform)


def to_itk(itk, image):
    """Return an ITK image with the same numbers in the same place."""
    out = itk.image_from_array(sitk.GetArrayFromImage(image))
    out.SetSpacing(image.GetSpacing())
    out.SetOrigin(image.GetOrigin())
    out.SetDirection(itk.matrix_from_array(np.array(image.GetDirection()).reshape(3, 3)))
    return out


def with_ants(fixed, moving, seed):
    """ANTs' rigid registration, Mattes MI; values made non-negative before."""
    import ants

    pair = [to_ants(ants, one) for one in (fixed, moving)]
    found = ants.registration(
        pair[0],
        pair[1],
        type_of_transform="Rigid",
        initial_transform="identity",
        random_seed=seed + 1,
    )
    return matrix_of(sitk.ReadTransform(found["fwdtransforms"][0]))


def to_ants(ants, image):
    """Return an ANTs image with the same numbers in the same place."""
    array = sitk.GetArrayFromImage(image).transpose(2, 1, 0)
    return ants.from_numpy(
        array,
        origin=image.GetOrigin(),
        spacing=image.GetSpacing(),
        direction=np.array(image.GetDirection()).reshape(3, 3),
    )


def with_greedy(fixed, moving, seed):
    """Greedy's rigid mode, NMI, three resolutions."""
    from picsl_greedy import Greedy3D

    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "rigid.mat"
        Greedy3D().execute(
            f"-d 3 -a -dof 6 -m NMI -i fixed moving -ia-identity -n 100x50x10 "
            f"-threads {THREADS} -o {out}",
            fixed=fixed,
            moving=moving,
        )
        return FLIP @ np.loadtxt(out) @ FLIP


def matrix_of(transform):
    """Return the matrix of a linear transform."""
    origin = np.array(transform.TransformPoint((0.0, 0.0, 0.0)))
    matrix = np.eye(4)
    for axis in range(3):
        unit = [0.0, 0.0, 0.0]
        unit[axis] = 1000.0
        matrix[:3, axis] = (np.array(transform.TransformPoint(unit)) - origin) / 1000.0
    matrix[:3, 3] = origin
    return matrix


TOOLS = {
    "SimpleITK": with_sitk,
    "itk-elastix": with_elastix,
    "ANTs": with_ants,
    "greedy": with_greedy,
}


def write_template(to):
    """Write the MNI152 T1 template that nilearn ships."""
    from nilearn.datasets import load_mni152_template

    load_mni152_template(resolution=1).to_filename(to)


def peak_mb():
    """Return the peak of resident memory; rusage would count the parent's before exec."""
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024


def main():
    """Register once."""
    if sys.argv[1] == "mni":
        write_template(sys.argv[2])
        return
    tool, fixed, moving, answer, one, two, seed = sys.argv[1:]
    images = []
    for path, modality in ((fixed, one), (moving, two)):
        image = sitk.ReadImage(path, sitk.sitkFloat32)
        if modality == "CT":
            image = sitk.Clamp(image, lowerBound=-1000, upperBound=1000) + 1000
        images.append(image)
    run = TOOLS[tool]
    if tool == "itk-elastix":
        import itk

        itk.ParameterObject  # noqa: B018 - loads the module, which is not the measured work
    if tool == "ANTs":
        import ants  # noqa: F401
    sitk.ProcessObject.SetGlobalDefaultNumberOfThreads(THREADS)
    wall, spent = time.perf_counter(), time.process_time()
    matrix = run(images[0], images[1], int(seed))
    wall, spent = time.perf_counter() - wall, time.process_time() - spent
    text = {"matrix": matrix.tolist(), "wall_s": wall, "cpu_s": spent, "peak_mb": peak_mb()}
    Path(answer).write_text(json.dumps(text))


if __name__ == "__main__":
    main()
