"""Fits of gamlss.py, in the peers' own environment (bench/peers.txt).

    python bench/norm_fit_peer.py FAMILY REPLICATES FOLDER

FAMILY is bccg or bct. FOLDER holds ``data-N.csv`` (place, value) and ``grid-N.csv`` (place) of each
replicate; written are ``centiles-N.csv`` (P3, P50, P97 along the grid) and ``times.csv`` with
processor and wall time of the fit alone. Of four settings of the splines the one that came nearest
to the truth was taken for each family. It imports nothing of the project.
"""

import sys
import time
import warnings
from pathlib import Path

import numpy as np
import pandas as pd
from gamlss import BCCGo, BCTo, gamlss, qBCCGo, qBCTo

SETTINGS = {
    "bccg": (BCCGo, qBCCGo, ("mu", "sigma", "nu"), 8, "~bs(u, df=5)", "~bs(u, df=3)"),
    "bct": (BCTo, qBCTo, ("mu", "sigma", "nu", "tau"), 7, "~bs(u, df=4)", "~u"),
}


def main():
    """Fit every replicate and write the answers down."""
    family, replicates, folder = sys.argv[1], int(sys.argv[2]), Path(sys.argv[3])
    make, quantile, names, width, sigma, nu = SETTINGS[family]
    times = ["replicate,cpu_s,wall_s,failure"]
    for number in range(replicates):
        data = pd.read_csv(folder / f"data-{number}.csv").rename(columns={"place": "u"})
        grid = pd.read_csv(folder / f"grid-{number}.csv").rename(columns={"place": "u"})
        cpu, wall = time.process_time(), time.perf_counter()
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                found = gamlss(
                    f"value ~ bs(u, df={width})",
                    sigma_formula=sigma,
                    nu_formula=nu,
                    family=make(),
                    data=data,
                    trace=False,
                )
                cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
                curves = [
                    np.asarray(found.predict(what=name, newdata=grid, type="response"))
                    for name in names
                ]
                lines = [
                    np.asarray(quantile(np.full(len(grid), p), *curves)) for p in (0.03, 0.5, 0.97)
                ]
        except Exception as failed:  # noqa: BLE001 - whatever stops it is its answer
            times.append(f"{number},,,{type(failed).__name__}")
            continue
        np.savetxt(folder / f"centiles-{number}.csv", np.stack(lines), delimiter=",")
        times.append(f"{number},{cpu},{wall},")
    (folder / "times.csv").write_text("\n".join(times) + "\n")


if __name__ == "__main__":
    main()
