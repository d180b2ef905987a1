# bench failover|produce|groups [options of scripts/bench.py]

bench() {
  setup_packages build test
  setup_apache_kafka
  build release "${program_targets[@]}" barnabas_load barnabas_group_load
  run python3 scripts/bench.py "$@"
}
