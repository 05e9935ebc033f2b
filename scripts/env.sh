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
PATH="$CACHE/tools/wasm_split_cli_support-$SPLIT_VERSION/bin:$CACHE/tools/binaryen-$BINARYEN_VERSION/node_modules/.bin:$CACHE/tools/terser-$TERSER_VERSION/node_modules/.bin:$CACHE/tools/nginx/usr/sbin:$PATH:/usr/sbin"
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

# The Python environment of tests/celery, and the Redis that is its broker.
celery_venv() { echo "$CACHE/celery-$( (cat "$ROOT/tests/celery/requirements.txt"; python3 -V) | sha256 | cut -c1-12)"; }
redis_bin() {
  if [ -n "${REDIS_BIN:-}" ]; then echo "$REDIS_BIN"
  elif have redis-server; then command -v redis-server
  else ls "$CACHE/tools/redis/redis-server" 2>/dev/null; fi
}

sha256() { if have sha256sum; then sha256sum; else shasum -a 256; fi; }
have() { command -v "$1" >/dev/null 2>&1; }
# at_least 1.95 1.95.0: is the second version no older than the first?
at_least() { [ "$(printf '%s\n%s\n' "$1" "$2" | sort -V | head -1)" = "$1" ]; }
say() { printf '%s\n' "$*"; }
warn() { printf '    ! %s\n' "$*" >&2; }
