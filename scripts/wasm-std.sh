# The standard library for wasm32 when rustup cannot fetch it: built from Debian's `rust-src` package
# of exactly this compiler's version, and copied into the compiler's sysroot. Sourced by scripts/setup.

# Expects WASM_LIB, the directory the libraries belong into.
wasm_std_from_source() {
  local version work="$CACHE/wasm-std" sources
  version=$(rustc -V | cut -d' ' -f2)
  mkdir -p "$work"
  sources=$(rustc --print sysroot)/lib/rustlib/src/rust
  if [ ! -d "$sources/library/std" ]; then
    [ -d "$work/src/usr/src/rustc-$version/library/std" ] || fetch_rust_src "$version" "$work" || return 1
    sources="$work/src/usr/src/rustc-$version"
  fi
  build_std "$sources" "$work" && copy_std "$work"
}

# Puts the sources where cargo looks for them.
link_std_sources() {
  local version work="$CACHE/wasm-std" put=""
  version=$(rustc -V | cut -d' ' -f2)
  mkdir -p "$work"
  [ -d "$work/src/usr/src/rustc-$version/library/std" ] || fetch_rust_src "$version" "$work" || return 1
  mkdir -p "$(dirname "$(rust_src)")" 2>/dev/null || put=as_root
  $put mkdir -p "$(dirname "$(rust_src)")" && $put ln -sfn "$work/src/usr/src/rustc-$version" "$(rust_src)"
}

# Looks for rust-src of this version in the indexes of the Debian mirror that apt is set up with.
fetch_rust_src() {
  local version=$1 work=$2 site suite kind path=""
  have apt-get && have dpkg-deb && have xz || return 1
  site=$(apt-get indextargets --format '$(SITE)' | grep -v -- -security | sort -u | head -1)
  for suite in stable-backports oldstable-backports testing unstable; do
    for kind in binary-all "binary-$(dpkg --print-architecture)"; do
      path=$(curl -fsSL "$site/dists/$suite/main/$kind/Packages.xz" 2>/dev/null | xz -dc 2>/dev/null |
        awk -v want="Version: $version+" '/^Package: /{ here = ($2 == "rust-src") } here && index($0, want) == 1 { fits = 1 }
          here && fits && /^Filename: /{ print $2; exit }' || true)
      [ -n "$path" ] && break 2
    done
  done
  [ -n "$path" ] || { warn "no Debian suite at apt's mirror has rust-src $version"; return 1; }
  curl -fsSL "$site/$path" -o "$work/rust-src.deb" && dpkg-deb -x "$work/rust-src.deb" "$work/src"
}

# Cargo finds the standard library's sources in the sysroot only, so the compiler is shown one that has them.
build_std() {
  local sources=$1 work=$2 sysroot shadow="$2/sysroot"
  sysroot=$(rustc --print sysroot)
  rm -rf "$shadow" "$work/scratch"
  mkdir -p "$shadow/lib/rustlib/src" "$work/scratch/src"
  for each in "$sysroot"/lib/*; do [ "$(basename "$each")" = rustlib ] || ln -s "$each" "$shadow/lib/"; done
  for each in "$sysroot"/lib/rustlib/*; do [ "$(basename "$each")" = src ] || ln -s "$each" "$shadow/lib/rustlib/"; done
  ln -s "$sources" "$shadow/lib/rustlib/src/rust"
  printf '[package]\nname = "scratch"\nversion = "0.0.0"\nedition = "2024"\n[workspace]\n' >"$work/scratch/Cargo.toml"
  : >"$work/scratch/src/lib.rs"
  local real; real=$(rustup which rustc 2>/dev/null || command -v rustc)
  printf '#!/bin/sh\nexec "%s" --sysroot "%s" "$@"\n' "$real" "$shadow" >"$work/rustc"
  chmod +x "$work/rustc"
  (cd "$work/scratch" && RUSTC="$work/rustc" RUSTC_BOOTSTRAP=1 RUSTFLAGS="-C embed-bitcode=yes" quietly wasm-std \
    cargo build --release --target wasm32-unknown-unknown --target-dir "$work/target" -Z build-std=std,panic_abort,test)
}

copy_std() {
  local from="$1/target/wasm32-unknown-unknown/release/deps" put=""
  mkdir -p "$WASM_LIB" 2>/dev/null || put=as_root
  $put mkdir -p "$WASM_LIB" && find "$from" -name '*.rlib' ! -name 'libscratch*' -exec ${put:+sudo -n} cp {} "$WASM_LIB/" \;
}
