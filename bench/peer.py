"""Orthanc from Debian as the peer: installed if missing, started and stopped on loopback only."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import time
from pathlib import Path

from bench.ports import free_port, wait_for_port

PACKAGES = ("orthanc", "orthanc-dicomweb")
PLUGINS = Path("/usr/share/orthanc/plugins")
POLICY = Path("/usr/sbin/policy-rc.d")
AE_TITLE = "PEER"

SHIM = r"""
#define _GNU_SOURCE
#include <dlfcn.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

/* Debian's Orthanc listens on every address; on a shared machine it may on loopback only. */
int bind(int socket, const struct sockaddr *address, socklen_t length) {
  static int (*next)(int, const struct sockaddr *, socklen_t);
  struct sockaddr_in local;
  if (!next) next = (int (*)(int, const struct sockaddr *, socklen_t))dlsym(RTLD_NEXT, "bind");
  if (address && address->sa_family == AF_INET && length >= sizeof local) {
    memcpy(&local, address, sizeof local);
    local.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return next(socket, (const struct sockaddr *)&local, sizeof local);
  }
  return next(socket, address, length);
}
"""

CONFIGURATION = {
    "Name": "peer",
    "RemoteAccessAllowed": False,
    "AuthenticationEnabled": False,
    "DicomAet": AE_TITLE,
    "DicomAlwaysAllowStore": True,
    "DicomCheckCalledAet": False,
    "HttpCompressionEnabled": False,
    "StorageCompression": False,
    "OverwriteInstances": True,
    "HttpThreadsCount": 50,
    "HttpRequestTimeout": 600,
    "Plugins": [str(PLUGINS)],
    "DicomWeb": {
        "Enable": True,
        "Root": "/dicom-web/",
        "StudiesMetadata": "Full",
        "SeriesMetadata": "Full",
    },
}
"""What differs from Debian's defaults; everything else (MD5 of attachments, fsync of files) is as
it comes."""


class Peer:
    """An Orthanc with an empty database.

    Parameters
    ----------
    directory : Path
        Working directory; emptied.
    """

    name = "Orthanc"

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.http_port = free_port()
        self.dicom_port = free_port()
        self.base = f"http://127.0.0.1:{self.http_port}/dicom-web"
        self.ae_title = AE_TITLE
        self.headers: dict[str, str] = {}
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it and wait until it answers."""
        shutil.rmtree(self.directory, ignore_errors=True)
        self.directory.mkdir(parents=True)
        configuration = CONFIGURATION | {
            "HttpPort": self.http_port,
            "DicomPort": self.dicom_port,
            "StorageDirectory": str(self.directory / "db"),
            "IndexDirectory": str(self.directory / "db"),
        }
        path = self.directory / "orthanc.json"
        path.write_text(json.dumps(configuration, indent=1))
        log = (self.directory / "log").open("wb")
        self._process = subprocess.Popen(
            ["Orthanc", str(path)],
            stdout=log,
            stderr=log,
            env={**os.environ, "LD_PRELOAD": str(self._shim()), "TCP_NODELAY": "1"},
        )
        wait_for_port(self.http_port)
        wait_for_port(self.dicom_port)

    def stop(self) -> None:
        """Stop it."""
        if self._process is not None:
            self._process.terminate()
            try:
                self._process.wait(30)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()

    def _shim(self) -> Path:
        source, library = self.directory / "loopback.c", self.directory / "loopback.so"
        source.write_text(SHIM)
        subprocess.run(
            ["gcc", "-shared", "-fPIC", "-O1", "-o", str(library), str(source), "-ldl"], check=True
        )
        return library


def version() -> str:
    """Return Debian's version of the peer."""
    found = subprocess.run(
        ["dpkg-query", "-W", "-f", "${Package} ${Version}, ", *PACKAGES],
        capture_output=True,
        text=True,
    )
    return found.stdout.strip(" ,")


def check_installed() -> None:
    """Install the peer if it is missing, without letting Debian start a service.

    Raises
    ------
    SystemExit
        If it is missing and cannot be installed.
    """
    if shutil.which("Orthanc") and list(PLUGINS.glob("*DicomWeb*")):
        return
    if os.geteuid() != 0:
        raise SystemExit(
            f"The peer is missing; install it first: apt-get install {' '.join(PACKAGES)}"
        )
    kept = POLICY.read_bytes() if POLICY.exists() else None
    POLICY.write_text("#!/bin/sh\nexit 101\n")
    POLICY.chmod(0o755)
    try:
        subprocess.run(
            ["apt-get", "install", "-y", "--no-install-recommends", *PACKAGES],
            check=True,
            env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"},
        )
    finally:
        if kept is None:
            POLICY.unlink()
        else:
            POLICY.write_bytes(kept)


if __name__ == "__main__":
    started = time.monotonic()
    check_installed()
    print(version(), f"({time.monotonic() - started:.0f} s)")
