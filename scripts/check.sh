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
    say "check: clang-tidy, and clang's warnings of each file alone (-Wthread-safety)"
    build tidy generated || bad=1
    git ls-files -z -- '*.cc' | xargs -0 -P "$(nproc)" -n 8 \
      clang-tidy-19 -p build/tidy --quiet --warnings-as-errors='*' || bad=1
  fi
  return "$bad"
}
