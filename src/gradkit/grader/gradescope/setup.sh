#!/usr/bin/env bash
# Gradescope runs this once, as root, while it builds the image of the autograder.
set -euo pipefail
ROOT="${GRADESCOPE_ROOT:-/autograder}"
SOURCE="$ROOT/source"
export DEBIAN_FRONTEND=noninteractive

# What apt does not have is no reason to stop: without bubblewrap the next rung of the isolation ladder is used.
install_if_there_is() {
    apt-get install -y --no-install-recommends "$@" || echo "apt has no $*: going on without" >&2
}

# Prints the first Python that is new enough to run gradkit and can make a virtual environment.
find_python() {
    for name in python3 python3.13 python3.12 python3.11; do
        if "$name" -c 'import ensurepip, sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            command -v "$name"
            return
        fi
    done
    return 1
}

apt-get update || echo "apt-get update failed: going on with the lists there are" >&2
install_if_there_is bubblewrap
if ! PYTHON="$(find_python)"; then
    install_if_there_is python3-venv
    install_if_there_is python3.11 python3.11-venv
    PYTHON="$(find_python)" || {
        echo "No Python 3.11 or later here: choose a base image with a newer Ubuntu in Gradescope." >&2
        exit 1
    }
fi

"$PYTHON" -m venv "$ROOT/venv"
"$ROOT/venv/bin/python" -m pip install --no-cache-dir -c "$SOURCE/engine/constraints.txt" \
    "$SOURCE/engine" msgspec pytest

# Suite, solutions and seed: for root alone. The sandbox does not rely on it.
chmod -R u=rwX,go= "$SOURCE"
