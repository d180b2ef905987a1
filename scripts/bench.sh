# bench failover|produce|groups [options of scripts/bench.py]

bench() {
  setup_packages build test
  setup_venv
  setup_apache_kafka
  build release "${program_targets[@]}" barnabas_load barnabas_group_load
  run .cache/venv/bin/python scripts/bench.py "$@"
}
