# What every command of ./dev uses: plain words, plain commands, one build.

program_targets=(barnabas barnabas-reaper barnabas-admin)

say() { printf '\033[1m== %s\033[0m\n' "$*" >&2; }
fail() { printf 'error: %s\n' "$*" >&2; exit 1; }

# Prints the plain command, then runs it.
run() {
  printf '+ %s\n' "$*" >&2
  "$@"
}

bin_dir() { printf '%s/build/%s/bin' "$root" "$1"; }

# Compilations are remembered inside the repository unless the user has a place of their own.
export CCACHE_DIR="${CCACHE_DIR:-$root/.cache/ccache}"
export CCACHE_BASEDIR="${CCACHE_BASEDIR:-$root}"
export CCACHE_NOHASHDIR=1
# What ccache has to be told before it remembers objects made with precompiled headers.
export CCACHE_SLOPPINESS="${CCACHE_SLOPPINESS:-pch_defines,time_macros}"

# build PRESET [TARGET...]: configures when that was never done, then builds.
build() {
  local preset="$1"
  shift
  [ -f "build/$preset/build.ninja" ] || run cmake --preset "$preset" >&2
  run cmake --build "build/$preset" ${1:+--target "$@"} >&2
}
