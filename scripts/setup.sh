# shellcheck shell=bash
# Sourced by the scripts beside it: `setup_venv runtime|dev` makes .venv hold exactly what
# requirements/{runtime,dev}.txt pin, with their hashes, and returns at once when it already does.
# Writes nothing outside the checkout but the package cache of the user who runs it.

unset CDPATH
cd "$(dirname "${BASH_SOURCE[0]}")/.." || exit 1
# A caller's interpreter settings would pull foreign modules into the project's own environment.
unset PYTHONPATH PYTHONHOME PYTHONSAFEPATH
VENV=.venv
VENV_PYTHON=$VENV/bin/python

say() { printf '%s\n' "$*" >&2; }
die() { say "$@"; exit 1; }

setup_venv() {
    local wanted=$1
    # A development environment also serves the product: never take the tools away again.
    if [ "$wanted" = runtime ] && [ -e "$VENV/installed-dev" ]; then wanted=dev; fi
    local stamp=$VENV/installed-$wanted
    if stamp_of "$wanted" 2>/dev/null | cmp -s - "$stamp"; then return; fi
    make_venv
    install_uv
    rm -f "$VENV"/installed-* # whatever happens from here on, no stamp vouches for it
    install_requirements "$wanted"
    stamp_of "$wanted" >"$stamp"
}

# What an environment was made from: its place and interpreter (first line), then the pinned files.
stamp_of() {
    identity && cat requirements/uv.txt requirements/build.txt "requirements/$1.txt"
}

identity() {
    "$VENV_PYTHON" -I -S -c \
        'import os, sys; print(os.getcwd(), *os.uname()[::4], *sys.version_info[:3], sys.implementation.name)'
}

make_venv() {
    local made_from="" file
    for file in "$VENV"/installed-*; do
        if [ -e "$file" ]; then made_from=$(head -n 1 "$file"); fi
    done
    # Made elsewhere, or by an interpreter that has gone or changed since: build anew. No stamp: adopt it.
    if identity >/dev/null 2>&1 && is_new_enough "$VENV_PYTHON"; then
        if [ -z "$made_from" ] || [ "$made_from" = "$(identity)" ]; then return; fi
    fi
    find_python
    say "setting up $VENV with $("$PYTHON" -V) ($PYTHON)"
    rm -rf "$VENV"
    "$PYTHON" -m venv --without-pip "$VENV" >/dev/null 2>&1 || make_venv_by_hand
    identity >/dev/null || die "could not make $VENV with $PYTHON"
}

# What `-m venv` does, for a python3 packaged without that module.
make_venv_by_hand() {
    rm -rf "$VENV"
    mkdir -p "$VENV/bin"
    "$PYTHON" -I -S - "$VENV" <<'PY'
import os, sys
venv, base = sys.argv[1], sys._base_executable
version = "%d.%d" % sys.version_info[:2]
os.makedirs(f"{venv}/lib/python{version}/site-packages")
for name in ("python", "python3", f"python{version}"):
    os.symlink(base if name == "python" else "python", f"{venv}/bin/{name}")
with open(f"{venv}/pyvenv.cfg", "w") as cfg:
    cfg.write(f"home = {os.path.dirname(base)}\ninclude-system-site-packages = false\nversion = {version}\n")
PY
}

is_new_enough() { "$1" -I -S -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; }
# Beyond this version some requirements have no ready-made wheel yet.
is_tested() { "$1" -I -S -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 14))' >/dev/null 2>&1; }

# Sets PYTHON to the path of an interpreter that serves: the caller's own choice, else the first found.
find_python() {
    local test name
    for test in is_tested is_new_enough; do
        for name in ${PYTHON:-python3 python3.14 python3.13 python3.12 python3.11}; do
            if "$test" "$name"; then
                PYTHON=$("$name" -I -S -c 'import sys; print(sys.executable)')
                return
            fi
        done
    done
    die "Python 3.11 or newer is needed and was not found as ${PYTHON:-python3, python3.14, …, python3.11}." \
        $'\n'"Install it (Debian, Ubuntu: apt install python3; macOS: brew install python@3.13)," \
        "or name it: PYTHON=/path/to/python3 $0"
}

install_uv() {
    local expected
    expected=$(sed -n 's/^uv==\([^ ]*\).*/\1/p' requirements/uv.txt)
    if [ "$("$VENV/bin/uv" --version 2>/dev/null | cut -d ' ' -f 2)" = "$expected" ]; then return; fi
    [ -n "${PYTHON:-}" ] || find_python
    say "fetching the installer (uv $expected)"
    find_installer
    "${INSTALLER[@]}" --require-hashes -r requirements/uv.txt >&2 || die "could not fetch uv: see the lines above"
    rm -rf "$VENV/pip"
}

# Sets INSTALLER to a command that can put the pinned uv into .venv, whatever this python3 was packaged with.
find_installer() {
    local wheel
    export PIP_USER=0 PIP_DISABLE_PIP_VERSION_CHECK=1
    if "$PYTHON" -m pip --python "$VENV_PYTHON" --version >/dev/null 2>&1; then
        INSTALLER=("$PYTHON" -m pip --python "$VENV_PYTHON" install --quiet)
    elif "$VENV_PYTHON" -m ensurepip >/dev/null 2>&1; then
        INSTALLER=("$VENV_PYTHON" -m pip install --quiet)
    elif uv --version >/dev/null 2>&1; then
        INSTALLER=(uv pip install --quiet --python "$VENV_PYTHON")
    elif wheel=$(find_pip_wheel); then
        INSTALLER=("$VENV_PYTHON" "$wheel/pip" install --quiet)
    else
        die "$PYTHON has neither pip nor ensurepip, so nothing can be installed with it. Mend it with one of" \
            $'\n'"  Debian, Ubuntu:  apt-get update && apt-get install python3-pip" \
            $'\n'"  Fedora:          dnf install python3-pip" \
            $'\n'"  macOS:           brew install python@3.13" \
            $'\n'"or name a complete Python: PYTHON=/path/to/python3 $0"
    fi
}

# Prints the path of a pip that runs without being installed. Debian splits pip off python3 and offers it as
# a wheel; its package can be fetched and unpacked here without touching the system.
find_pip_wheel() {
    local found
    for found in /usr/share/python-wheels/pip-*.whl; do
        if [ -e "$found" ]; then printf '%s\n' "$found"; return; fi
    done
    command -v apt-get >/dev/null && command -v dpkg-deb >/dev/null || return 1
    mkdir -p "$VENV/pip"
    (cd "$VENV/pip" && apt-get download python3-pip-whl >/dev/null 2>&1 && dpkg-deb -x ./*.deb .) || return 1
    for found in "$PWD/$VENV"/pip/usr/share/python-wheels/pip-*.whl; do
        if [ -e "$found" ]; then printf '%s\n' "$found"; return; fi
    done
    return 1
}

install_requirements() {
    say "installing $(grep -c '==' "requirements/$1.txt") packages (requirements/$1.txt)"
    use_pip_mirror
    export UV_PYTHON_DOWNLOADS=never UV_HTTP_TIMEOUT="${UV_HTTP_TIMEOUT:-120}"
    mkdir -p "$("$VENV/bin/uv" cache dir)" 2>/dev/null || export UV_NO_CACHE=1 # a user without a home
    # uv itself is listed so that it is not taken for a leftover and removed.
    "$VENV/bin/uv" pip sync --python "$VENV_PYTHON" --require-hashes --build-constraints requirements/build.txt \
        "requirements/$1.txt" requirements/uv.txt >&2 || die "could not install requirements/$1.txt: see the lines above"
}

# uv does not read pip's settings, and those are what people behind a mirror usually have.
use_pip_mirror() {
    if [ -n "${UV_DEFAULT_INDEX:-}${UV_INDEX_URL:-}" ]; then return; fi
    local mirror=${PIP_INDEX_URL:-}
    if [ -z "$mirror" ]; then mirror=$("${PYTHON:-python3}" -m pip config get global.index-url 2>/dev/null) || return 0; fi
    export UV_DEFAULT_INDEX=$mirror
}
