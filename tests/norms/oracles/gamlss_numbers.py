"""Writes the children as CSV for R, and gamlss.py's numbers of the fit oracle.

    python tests/norms/oracles/gamlss_numbers.py FOLDER > numbers
    Rscript tests/norms/oracles/vgam_numbers.R FOLDER

Run on 2026-11-22 with gamlss 0.1.0 (PyPI) and VGAM 1.1-7 (Debian 12, R 4.2.2); what both printed
stands in fit_oracle.json. Needs an environment with gamlss; nothing of the project is imported but
the children. gamlss.py truncates the Box-Cox families at 0, which the tests undo.
"""

import json
import sys
import warnings
from pathlib import Path

import numpy as np
import pandas as pd

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
import gamlss as gl
from fit_oracle_children import GRID, children

POINTS = {
    "bccg": [(8.0, 10.0, 0.1, -1.0), (13.0, 10.0, 0.15, 0.5), (10.0, 10.0, 0.1, 0.0)],
    "bct": [
        (8.0, 10.0, 0.1, -1.0, 6.0),
        (13.0, 10.0, 0.15, 0.5, 4.0),
        (10.5, 10.0, 0.1, 1.0, 30.0),
    ],
    "shash": [(1.0, 0.5, 2.0, 0.3, 1.2), (-3.0, 0.5, 2.0, -0.4, 0.8), (7.0, 5.0, 1.5, 0.0, 1.0)],
    "normal": [(1.0, 0.5, 2.0), (-3.0, 0.5, 2.0)],
}
FAMILIES = {"bccg": "BCCGo", "bct": "BCTo", "shash": "SHASHo", "normal": "NO"}


def main():
    folder = Path(sys.argv[1])
    found = {"points": {}, "constant": {}, "curves": {}}
    for name, points in POINTS.items():
        kind = FAMILIES[name]
        density, below = getattr(gl, f"d{kind}"), getattr(gl, f"p{kind}")
        quantile = getattr(gl, f"q{kind}")
        found["points"][name] = [
            {
                "value": point[0],
                "natural": list(point[1:]),
                "log_density": float(np.ravel(density(point[0], *point[1:], log=True))[0]),
                "below": float(np.ravel(below(point[0], *point[1:]))[0]),
                "p97": float(np.ravel(quantile(0.97, *point[1:]))[0]),
            }
            for point in points
        ]
    for name, family in (("bccg", gl.BCCGo), ("bct", gl.BCTo)):
        place, value = children(heavy=name == "bct")
        data = pd.DataFrame({"u": place, "value": value})
        data.to_csv(folder / f"{name}.csv", index=False, float_format="%.9f")
        names = ["mu", "sigma", "nu"] + (["tau"] if name == "bct" else [])
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            flat = gl.gamlss(
                "value ~ 1", family=family(), data=data, trace=False, n_cyc=400, c_crit=1e-8
            )
            bent = gl.gamlss(
                "value ~ bs(u, df=5)",
                sigma_formula="~u",
                nu_formula="~u",
                family=family(),
                data=data,
                trace=False,
                n_cyc=400,
            )
            grid = pd.DataFrame({"u": GRID})
            curves = [
                np.asarray(bent.predict(what=n, newdata=grid, type="response")) for n in names
            ]
        found["constant"][name] = {
            **{n: float(np.asarray(flat.fitted(n))[0]) for n in names},
            "log_likelihood": -0.5 * float(flat.G_deviance),
        }
        quantile = getattr(gl, f"q{FAMILIES[name]}")
        found["curves"][name] = {
            label: [float(v) for v in np.ravel(quantile(np.full(len(GRID), p), *curves))]
            for label, p in (("p3", 0.03), ("p50", 0.5), ("p97", 0.97))
        }
    json.dump(found, sys.stdout, indent=1)


main()
