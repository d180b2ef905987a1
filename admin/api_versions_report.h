// What kafka-broker-api-versions says of one broker: every API that it serves, at which versions,
// and which of them this program speaks; and the APIs of Kafka 3.9 that it does not serve.
//
// Threads  free functions.
// Source   Kafka 3.9, NodeApiVersions.java, ApiKeys.java
#pragma once

#include <cstdint>
#include <span>
#include <string>

namespace barnabas::admin {

struct ApiRange {
  std::int16_t key;
  std::int16_t min;
  std::int16_t max;
};

// "(", a line for each API in ascending order of keys, ")"; no line end after that.
std::string api_versions_report(std::span<const ApiRange> served);

}  // namespace barnabas::admin
