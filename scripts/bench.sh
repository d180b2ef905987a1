# bench failover|produce [options of scripts/bench.py]

bench() {
  setup_packages build test
  setup_apache_kafka
  build release "${program_targets[@]}" barnabas_load
  run python3 scripts/bench.py "$@"
}
