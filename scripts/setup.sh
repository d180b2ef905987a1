# Installs what is missing, and says so. Idempotent; asks nothing.

packages_build=(
  g++ cmake ninja-build ccache pkg-config python3
  libzookeeper-mt-dev libevent-dev libprotobuf-dev protobuf-compiler libboost-program-options-dev
  libgtest-dev libgmock-dev libspdlog-dev libfmt-dev libexpected-dev librdkafka-dev
  zlib1g-dev liblz4-dev libzstd-dev libsnappy-dev libisal-dev
  libzookeeper-java
)
packages_test=(python3-venv kcat clang-19 libclang-rt-19-dev llvm-19 clang-tidy-19 clang-format-19)

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
    command -v go >/dev/null || missing+=(golang-go)
    command -v node >/dev/null || missing+=(nodejs)
    command -v npm >/dev/null || missing+=(npm)
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

# python_packages REQUIREMENTS FOLDER: versions that are used beside those of .cache/venv, in .cache/FOLDER.
python_packages() {
  local wanted="$1" folder="$root/.cache/$2"
  cmp -s "$wanted" "$folder/requirements.txt" && return
  say "installing Python packages in .cache/$2: $(grep -v '^#' "$wanted" | tr '\n' ' ')"
  rm -rf "$folder"
  run "$root/.cache/venv/bin/pip" install -q --disable-pip-version-check --no-deps --target "$folder" \
    -r "$wanted" >&2
  cp "$wanted" "$folder/requirements.txt"
}

# maven_artifacts POM FOLDER: the jars that a POM names, in .cache/FOLDER/libs.
maven_artifacts() {
  local pom="$1" folder="$root/.cache/$2"
  cmp -s "$pom" "$folder/pom.xml" && return
  say "fetching Maven artifacts into .cache/$2"
  rm -rf "$folder"
  run mvn -q -B -f "$pom" dependency:copy-dependencies "-DoutputDirectory=$folder/libs" >&2
  cp "$pom" "$folder/pom.xml"
}

# Apache Kafka's own tools, Java clients, Streams, Connect and (to compare with) broker.
setup_apache_kafka() { maven_artifacts tests/clients/java/pom.xml apache-kafka; }

# The drivers of franz-go and sarama and what their users' monitors ask for, built. A distribution's Go
# older than go.mod asks for fetches a newer one as a module; Go before 1.21 has to be told how.
setup_go_clients() {
  local folder="tests/clients/go" go=go wanted architecture downloaded
  wanted="$(sed -n 's/^toolchain //p' "$folder/go.mod")"
  architecture="$(go env GOOS)-$(go env GOARCH)"
  if [ "$(printf '%s\n' "$wanted" "$(go env GOVERSION)" | sort -V | head -n 1)" != "$wanted" ]; then
    downloaded="$(cd / && GO111MODULE=on go mod download -json \
      "golang.org/toolchain@v0.0.1-$wanted.$architecture" | sed -n 's/.*"Dir": "\(.*\)",*/\1/p')"
    [ -n "$downloaded" ] || fail "no Go $wanted to be had: install it by hand"
    go="$root/.cache/$wanted/bin/go"
    if [ ! -x "$go" ]; then # a module's files are neither writable nor executable
      say "unpacking $wanted in .cache/$wanted"
      rm -rf "$root/.cache/$wanted"
      cp -r "$downloaded" "$root/.cache/$wanted"
      chmod -R u+w "$root/.cache/$wanted"
      chmod -R +x "$root/.cache/$wanted/bin" "$root/.cache/$wanted/pkg/tool"
    fi
  fi
  (
    unset GOROOT
    cd "$folder"
    export GOTOOLCHAIN=local GOFLAGS="-mod=readonly -buildvcs=false"
    run "$go" build -o "$root/.cache/franz-go/driver" ./franz
    run "$go" build -o "$root/.cache/sarama/driver" ./sarama
    run "$go" build -o "$root/.cache/go-interfaces" ./interfaces
  )
}

# KafkaJS and the codecs that are plugged into it.
setup_kafkajs() {
  local lock="tests/clients/js/package-lock.json" folder="$root/.cache/kafkajs"
  cmp -s "$lock" "$folder/installed.json" && return
  say "installing npm packages in .cache/kafkajs"
  rm -rf "$folder"
  mkdir -p "$folder"
  cp tests/clients/js/package.json "$lock" "$folder"
  run npm ci --prefix "$folder" --no-audit --no-fund --ignore-scripts >&2
  cp "$lock" "$folder/installed.json"
}

# Everything that the tests with real processes use beside Debian's packages.
setup_test_clients() {
  setup_venv
  setup_apache_kafka
  maven_artifacts tests/clients/java/newest/pom.xml kafka-clients-newest
  maven_artifacts tests/clients/java/oldest/pom.xml kafka-clients-oldest
  python_packages tests/clients/python/kafka-python-2.0.txt kafka-python-2.0
  python_packages tests/clients/python/confluent-newest.txt confluent-newest
  setup_go_clients
  setup_kafkajs
}
