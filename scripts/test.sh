# run_tests [filter | --all]: everything that must hold, one line of counts at the end.

results="$root/build/test-results"
failures=0

# step NAME COMMAND...: runs it, remembers a failure, goes on.
step() {
  local name="$1"
  shift
  say "$name"
  local began=$SECONDS
  "$@" || { failures=$((failures + 1)); say "$name: FAILED"; }
  say "$name: $((SECONDS - began)) s"
}

# A step that is a test of its own in the counts.
step_as_test() {
  local before=$failures
  step "$@"
  if [ "$failures" -gt "$before" ]; then
    printf '<testsuites><testcase name="%s"><failure/></testcase></testsuites>\n' "$1"
  else
    printf '<testsuites><testcase name="%s"/></testsuites>\n' "$1"
  fi > "$results/step-${1//[^a-z]/-}.xml"
}

# build_ahead PRESET: at low priority, while processes are tested: they wait more than they work. `wait`
# waits for it; should it have failed, the step that builds the preset tells.
build_ahead() { (renice -n 19 "$BASHPID" && build "$1") > "$results/build-$1.log" 2>&1 & }

# cpp_tests PRESET [ctest options]: unit and simulation tests of one build.
cpp_tests() {
  local preset="$1"
  shift
  ctest --test-dir "build/$preset" -j "$(nproc)" --output-on-failure --no-tests=ignore --quiet \
    --output-log "$results/ctest-$preset.log" --output-junit "$results/ctest-$preset.xml" "$@" && return
  grep -vE ' Passed +[0-9.]+ sec$|^ +Start +[0-9]+:' "$results/ctest-$preset.log" | tail -n 300
  return 1
}

# process_tests PRESET [pytest options]: tests with real processes on the programs of one build.
process_tests() {
  local preset="$1" code=0
  shift
  BARNABAS_BIN="$(bin_dir "$preset")" .cache/venv/bin/python -m pytest -q -n 3 --dist worksteal \
    -p no:cacheprovider --junit-xml "$results/pytest-$preset.xml" "$@" || code=$?
  [ "$code" -eq 5 ] || return "$code" # 5: no test of that name
}

run_tests() {
  local filter="" all=""
  case "${1:-}" in
    --all) all=yes ;;
    -*) fail "usage: ./dev test [filter | --all]" ;;
    *) filter="${1:-}" ;;
  esac
  local symbolizer="external_symbolizer_path=/usr/lib/llvm-19/bin/llvm-symbolizer"
  export ASAN_OPTIONS="$symbolizer:detect_stack_use_after_return=1:${ASAN_OPTIONS:-}"
  export UBSAN_OPTIONS="print_stacktrace=1:${UBSAN_OPTIONS:-}"
  export TSAN_OPTIONS="$symbolizer:suppressions=$root/tests/tsan.supp:${TSAN_OPTIONS:-}"
  setup_packages build test
  setup_test_clients
  rm -rf "$results"
  mkdir -p "$results"

  if [ -n "$filter" ]; then
    step "build release" build release
    step "unit and simulation tests" cpp_tests release -R "$filter"
    step "tests with real processes" process_tests release -k "$filter" tests
  else
    source scripts/check.sh
    step_as_test "check" check ${all:+--tidy}
    step_as_test "build release" build release
    step "unit and simulation tests" cpp_tests release
    build_ahead dev
    step "tests with real processes" process_tests release tests
    wait
    step_as_test "build dev" build dev
    step "unit and simulation tests, address and undefined behaviour sanitizers" cpp_tests dev
  fi
  if [ -n "$all" ]; then
    build_ahead tsan
    step "tests with real processes, long forms" env BARNABAS_LONG=1 \
      bash -c "$(declare -f process_tests bin_dir); root='$root' results='$results/long'
               mkdir -p \"\$results\"; process_tests release -m long tests"
    step "tests with real processes, address sanitizer" process_tests dev -m "not plain" tests/cluster
    wait
    step_as_test "build tsan" build tsan
    step "unit and simulation tests, thread sanitizer" cpp_tests tsan
    export BARNABAS_RDKAFKA_BIN="$(bin_dir release)" # tests/cluster/harness/places.py says why
    step "tests with real processes, thread sanitizer" process_tests tsan -m "not plain" tests/cluster
  fi
  # The closing line: `N passed, N failed[, N skipped]`. Exit code 1 when anything failed or nothing ran.
  python3 scripts/count_results.py "$results" "$failures"
}
