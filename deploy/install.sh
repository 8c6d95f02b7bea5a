#!/bin/sh
# Installs what is missing, and nothing when all is there:
#   deploy/install.sh run     what Trellis runs on: Python, beanstalkd, the virtual environment .venv
#   deploy/install.sh lint    what the checks need besides: Python packages
#   deploy/install.sh test    what the tests need besides: PostgreSQL's server, a browser
#   deploy/install.sh bench   what the benchmark needs: PostgreSQL's server, Redis, the virtual environment .venv-bench
set -eu
cd "$(dirname "$0")/.."
aim=${1:-run}
venv=.venv
# The peers and what they depend on stay apart from what Trellis runs on.
[ "$aim" != bench ] || venv=.venv-bench

have() { command -v "$1" >/dev/null 2>&1; }

die() {
    echo "$*" >&2
    exit 1
}

# --- From the system ---------------------------------------------------------------------------------------

new_enough() { "$1" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; }

# Prints the first Python that Trellis runs on, if there is one.
find_python() {
    for python in ${PYTHON:-} python3 python3.14 python3.13 python3.12 python3.11; do
        if have "$python" && new_enough "$python"; then
            echo "$python"
            return
        fi
    done
}

have_postgresql() { have pg_ctl || ls /usr/lib/postgresql/*/bin/pg_ctl >/dev/null 2>&1; }

have_browser() { have chromium || have chromium-browser || have google-chrome || [ -x $venv/bin/chromium ]; }

# Ubuntu has Chromium as a snap only, which containers cannot run: there, Playwright brings its own, further down.
is_ubuntu() { grep -qs '^ID=ubuntu' /etc/os-release; }

missing() {
    [ -n "$(find_python)" ] || echo python3 python3-venv
    have beanstalkd || [ "$aim" = lint ] || echo beanstalkd
    [ "$aim" = test ] || [ "$aim" = bench ] || return 0
    have_postgresql || echo postgresql
    [ "$aim" = test ] || { have redis-server || echo redis-server; return 0; }
    have_browser || is_ubuntu || echo chromium
    have msgfmt || echo gettext
}

as_root() {
    if [ "$(id -u)" = 0 ]; then
        "$@"
    elif have sudo; then
        sudo "$@"
    else
        die "Missing: $packages. Install them as root (apt-get install $packages), or install sudo, and try again."
    fi
}

install_packages() {
    echo "Installing $packages ..."
    # The lists of packages may be old, or missing altogether, as in a fresh container.
    as_root env DEBIAN_FRONTEND=noninteractive apt-get update -qq || echo "apt-get update failed; going on." >&2
    # Unquoted, as there may be several.
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $packages ||
        die "apt-get could not install: $packages. It says why above. (On Ubuntu, beanstalkd is in \"universe\".)"
}

packages=$(missing | xargs)
if [ -n "$packages" ]; then
    if have apt-get; then
        install_packages
    elif have brew; then
        die "Missing: $packages. Install them: brew install python@3.13 beanstalkd; for the tests, also" \
            "brew install postgresql@17 gettext, brew install --cask google-chrome."
    else
        die "Missing: $packages. Only apt-get can be used here; install them in this system's own way, and try again."
    fi
fi

python=$(find_python)
[ -n "$python" ] ||
    die "Trellis needs Python 3.11 or newer, with venv; here is $(python3 --version 2>&1). Name a newer one: make run PYTHON=python3.12"
packages=$(missing | xargs)
[ -z "$packages" ] || die "Installed, but not to be found in PATH: $packages"

# --- Into the virtual environment --------------------------------------------------------------------------

pip() { $venv/bin/python -m pip --quiet --disable-pip-version-check "$@"; }

# Installs a list unless it is the one that was installed last, which is kept beside the packages.
install_list() {
    cat requirements.txt "$1" >$venv/wanted
    installed=$venv/$(basename "$1")
    if ! cmp -s $venv/wanted "$installed"; then
        echo "Installing the packages of $1 ..."
        pip install -r "$1" || die "pip could not install $1. It says why above; a network or a package index is needed."
        mv $venv/wanted "$installed"
    fi
}

# A Python that was upgraded or removed leaves its virtual environments broken.
$venv/bin/python -c '' 2>/dev/null || "$python" -m venv --clear $venv || die "$python could not make $venv; see above."

case $aim in
run) install_list requirements.txt ;;
bench) install_list benchmarks/requirements.txt ;;
*) install_list requirements-dev.txt ;;
esac

if [ "$aim" = test ] && ! have_browser; then
    echo "Installing a browser for the tests ..."
    $venv/bin/playwright install --with-deps chromium || die "Playwright could not install Chromium. It says why above."
    ln -s "$($venv/bin/python -c 'from playwright.sync_api import sync_playwright as p
with p() as playwright: print(playwright.chromium.executable_path)')" $venv/bin/chromium
fi
