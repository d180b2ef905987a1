# The rules that no compiler holds, and clang's analyses.

cpp_files() { git ls-files -co --exclude-standard -z -- '*.cc' '*.h'; }

format_code() { cpp_files | xargs -0 clang-format-19 -i; }

# check [--tidy]: everything is looked at, also after a finding.
check() {
  local bad=0
  say "check: format"
  cpp_files | xargs -0 clang-format-19 --dry-run -Werror || bad=1
  say "check: rules of the house"
  run python3 tests/tidy.py || bad=1
  if [ "${1:-}" = --tidy ]; then
    # Six at a time as everything is built: alone, each file would pay for the headers of all.
    say "check: clang-tidy"
    build tidy generated || bad=1
    sed -n 's|^ *"file": "\(.*\)",*$|\1|p' build/tidy/compile_commands.json | grep -v /generated/ |
      xargs -d '\n' -P "$(nproc)" -n 2 clang-tidy-19 -p build/tidy --quiet --warnings-as-errors='*' || bad=1
    say "check: each file alone"
    build alone generated barnabas_test_pch || bad=1
    run python3 scripts/parse_alone.py build/alone/compile_commands.json || bad=1
  fi
  return "$bad"
}
