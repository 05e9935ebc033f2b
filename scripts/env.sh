# What every script here shares: where things are kept, which versions are used, and how to speak.
# Sourced, never run.

set -euo pipefail

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
CACHE=${JOBSCOPE_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/jobscope}

RUST_NEEDED=$(sed -n 's/^rust-version = "\(.*\)"/\1/p' "$ROOT/Cargo.toml" | head -1)
NODE_NEEDED=20
GO_NEEDED=1.21 # newer Go toolchains are fetched by Go itself
PYTHON_NEEDED=3.11
TRUNK_VERSION=0.21.14
BINARYEN_VERSION=123.0.0
TERSER_VERSION=5.51.4
SPLIT_VERSION=0.2.4
# The command line tool and the library must be one version: the lock file says which.
BINDGEN_VERSION=$(awk '$0 == "name = \"wasm-bindgen\"" { getline; gsub(/version = |"/, ""); print; exit }' \
  "$ROOT/Cargo.lock" 2>/dev/null || true)

# The cached tools come before anything else of the same name.
PATH="$CACHE/tools/trunk-$TRUNK_VERSION/bin:$CACHE/tools/wasm-bindgen-cli-$BINDGEN_VERSION/bin:$PATH"
PATH="$CACHE/tools/wasm_split_cli_support-$SPLIT_VERSION/bin:$CACHE/tools/binaryen-$BINARYEN_VERSION/node_modules/.bin:$CACHE/tools/terser-$TERSER_VERSION/node_modules/.bin:$PATH:/usr/sbin"
# Last what had to be unpacked from packages of the distribution.
for unpacked in chromium chromedriver nginx redis; do PATH="$PATH:$CACHE/tools/$unpacked/bin"; done
BINARYEN="$CACHE/tools/binaryen-$BINARYEN_VERSION/node_modules/binaryen" # as a library, for scripts/parts.mjs
export PATH CACHE BINARYEN

SERVERS="loki prometheus tempo mimir"

# The directory of one server's binary: a change of its pinned modules is another directory.
server_dir() { echo "$CACHE/servers/$1-$(cat "$ROOT/tests/servers/$1/go.mod" "$ROOT/tests/servers/$1/go.sum" | sha256 | cut -c1-12)"; }

# The binary to run: named by LOKI_BIN and the like, else the one built here, else the one on the PATH.
server_bin() {
  local named; named=$(echo "$1" | tr '[:lower:]' '[:upper:]')_BIN
  if [ -n "${!named:-}" ]; then echo "${!named}"
  elif [ -x "$(server_dir "$1")/$1" ]; then echo "$(server_dir "$1")/$1"
  else command -v "$1"; fi
}

# Where cargo looks for the standard library's sources.
rust_src() { echo "$(rustc --print sysroot)/lib/rustlib/src/rust"; }

# release_flags OPTION...: from here on the program is compiled as people get it (docs/adr/0006), with these options
# besides: the standard library is built with it, for size and with panics that stop at once.
release_flags() {
  local flags="-Ctarget-feature=+simd128 $*"
  if [ -d "$(rust_src)/library/std" ]; then
    # Unstable options of a stable compiler, and only here: what is tested and released is this build.
    export RUSTC_BOOTSTRAP=1 CARGO_UNSTABLE_BUILD_STD=std,panic_abort CARGO_UNSTABLE_BUILD_STD_FEATURES=optimize_for_size
    flags+=" -Zunstable-options -Cpanic=immediate-abort"
  else
    warn "no source of the standard library is here (scripts/setup gets it): the program becomes a tenth larger"
  fi
  export CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS="$flags"
  cargo fetch --quiet
  cargo fetch --quiet --target wasm32-unknown-unknown # what the standard library is built from there
}

# The Python environment of tests/celery.
celery_venv() { echo "$CACHE/celery-$( (cat "$ROOT/tests/celery/requirements.txt"; python3 -V) | sha256 | cut -c1-12)"; }
# The Redis that is its broker.
redis_bin() { echo "${REDIS_BIN:-$(type -P redis-server)}"; }

sha256() { if have sha256sum; then sha256sum; else shasum -a 256; fi; }
# A program on the PATH: functions of the same name do not count.
have() { type -P "$1" >/dev/null; }
# at_least 1.95 1.95.0: is the second version no older than the first?
at_least() { [ "$(printf '%s\n%s\n' "$1" "$2" | sort -V | head -1)" = "$1" ]; }
say() { printf '%s\n' "$*"; }
warn() { printf '    ! %s\n' "$*" >&2; }
