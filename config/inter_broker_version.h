// The releases of the protocol that brokers speak among themselves, as
// inter.broker.protocol.version and the message format settings name them.
//
// Threads  free functions on values.
// Source   Kafka 3.9, MetadataVersion.java
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace barnabas::config {

// The full name of the version that `text` names: 3.9-IV0 for 3.9, 3.9.1 and 3.9-IV0; of a release
// its last one (3.7 is 3.7-IV4). nullopt: Kafka 3.9 knows none of that name.
std::optional<std::string_view> inter_broker_version(std::string_view text);

// nullopt: a cluster of this broker can use it. Else why not, and what to do.
std::optional<std::string> inter_broker_version_problem(std::string_view text);

}  // namespace barnabas::config
