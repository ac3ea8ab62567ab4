#!/usr/bin/env bash
# Makes sure that the Debian packages for `run`, `test` or `bench` are there: installs what is
# missing when it may, otherwise says in one sentence what to install.
set -euo pipefail

run=(libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fonts-noto-cjk)
test=("${run[@]}" chromium dcmtk poppler-utils)
bench=("${test[@]}" orthanc orthanc-dicomweb gcc libc6-dev r-base-core r-cran-vgam)

case "${1:-}" in
    run) wanted=("${run[@]}") ;;
    test) wanted=("${test[@]}") ;;
    bench) wanted=("${bench[@]}") ;;
    *) echo "usage: system_packages.sh run|test|bench" >&2; exit 2 ;;
esac

if ! command -v npm >/dev/null; then
    wanted+=(npm)
fi
if ! command -v dpkg-query >/dev/null; then
    echo "This is not Debian; make sure these are installed: ${wanted[*]}" >&2
    exit 0
fi
missing=()
for package in "${wanted[@]}"; do
    dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing+=("$package")
done
[ ${#missing[@]} -eq 0 ] && exit 0
if [ "$(id -u)" -ne 0 ]; then
    echo "Install these Debian packages first: sudo apt-get install ${missing[*]}" >&2
    exit 2
fi
echo "Installing ${missing[*]}"
guard=/usr/sbin/policy-rc.d
if [ ! -e "$guard" ]; then
    # Packages such as Orthanc would start a service of their own while being installed.
    printf '#!/bin/sh\nexit 101\n' > "$guard"
    chmod +x "$guard"
    trap 'rm -f "$guard"' EXIT
fi
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq
apt-get install -y -qq --no-install-recommends "${missing[@]}" > /dev/null
