# Installs what is missing, and says so. Idempotent; asks nothing.

packages_build=(
  g++ cmake ninja-build ccache pkg-config python3
  libzookeeper-mt-dev libevent-dev libprotobuf-dev protobuf-compiler libboost-program-options-dev
  libgtest-dev libgmock-dev libspdlog-dev libfmt-dev libexpected-dev librdkafka-dev
  zlib1g-dev liblz4-dev libzstd-dev libsnappy-dev libisal-dev
  libzookeeper-java
)
packages_test=(python3-venv kcat clang-19 clang-tidy-19 clang-format-19)

installed() { dpkg-query -W -f='${db:Status-Status}\n' "$1" 2>/dev/null | grep -qx installed; }

# setup_packages GROUP...: the groups are build and test.
setup_packages() {
  command -v dpkg-query >/dev/null ||
    fail "this is no Debian or Ubuntu: install by hand ${packages_build[*]} ${packages_test[*]}"
  local wanted=() missing=() package group
  for group in "$@"; do
    local -n list="packages_$group"
    wanted+=("${list[@]}")
  done
  for package in "${wanted[@]}"; do
    installed "$package" || missing+=("$package")
  done
  # Any Java 11 or later will do, wherever it came from.
  command -v java >/dev/null || missing+=(default-jre-headless)
  if [[ " $* " == *" test "* ]]; then
    command -v javac >/dev/null || missing+=(default-jdk-headless)
    command -v mvn >/dev/null || missing+=(maven)
  fi
  [ ${#missing[@]} -eq 0 ] && return

  say "installing Debian packages: ${missing[*]}"
  local as_root=()
  if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null || fail "run ./dev setup as root, or install sudo"
    as_root=(sudo)
  fi
  run "${as_root[@]}" apt-get update -q >&2
  run "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
    apt-get install -y -q --no-install-recommends "${missing[@]}" >&2
}

# The Python packages of the tests with real processes, in a folder of their own.
setup_venv() {
  local venv="$root/.cache/venv" wanted="tests/requirements.txt"
  cmp -s "$wanted" "$venv/requirements.txt" && return
  say "installing Python packages in .cache/venv: $(grep -v '^#' "$wanted" | tr '\n' ' ')"
  rm -rf "$venv"
  run python3 -m venv "$venv"
  run "$venv/bin/pip" install -q --disable-pip-version-check --no-deps -r "$wanted" >&2
  cp "$wanted" "$venv/requirements.txt"
}

# Apache Kafka's own tools, Java clients and (to compare with) broker, from its Maven artifacts.
setup_apache_kafka() {
  local pom="tests/clients/java/pom.xml" folder="$root/.cache/apache-kafka"
  cmp -s "$pom" "$folder/pom.xml" && return
  say "fetching Apache Kafka's Maven artifacts into .cache/apache-kafka"
  rm -rf "$folder"
  run mvn -q -B -f "$pom" dependency:copy-dependencies "-DoutputDirectory=$folder/libs" >&2
  cp "$pom" "$folder/pom.xml"
}
