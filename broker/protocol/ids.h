// Kafka's ids, epochs and offsets as types that do not mix.
#pragma once

#include <fmt/format.h>

#include <compare>
#include <cstdint>
#include <functional>
#include <string>

#include "broker/base/strong_int.h"
#include "broker/base/uuid.h"

namespace barnabas {

using BrokerId = StrongInt<struct BrokerIdTag, std::int32_t>;
using PartitionId = StrongInt<struct PartitionIdTag, std::int32_t>;
using Offset = StrongInt<struct OffsetTag, std::int64_t>;
using LeaderEpoch = StrongInt<struct LeaderEpochTag, std::int32_t>;
using ControllerEpoch = StrongInt<struct ControllerEpochTag, std::int32_t>;
// The czxid of the broker's registration.
using BrokerEpoch = StrongInt<struct BrokerEpochTag, std::int64_t>;
// The data version of the partition's state znode.
using PartitionEpoch = StrongInt<struct PartitionEpochTag, std::int32_t>;
using ProducerId = StrongInt<struct ProducerIdTag, std::int64_t>;
using ProducerEpoch = StrongInt<struct ProducerEpochTag, std::int16_t>;

inline constexpr BrokerId kNoBroker{-1};  // also "no leader"
inline constexpr BrokerId kLeaderDuringDelete{-2};
inline constexpr Offset kUnknownOffset{-1};
inline constexpr LeaderEpoch kNoLeaderEpoch{-1};
inline constexpr BrokerEpoch kNoBrokerEpoch{-1};
inline constexpr ProducerId kNoProducerId{-1};
inline constexpr ProducerEpoch kNoProducerEpoch{-1};

struct TopicPartition {
  std::string topic;
  PartitionId partition;
  auto operator<=>(const TopicPartition&) const = default;

  // As Kafka names it and its folder: topic-partition.
  std::string to_string() const { return fmt::format("{}-{}", topic, partition); }
};

// One listener of a broker, as clients and brokers are told of it.
struct Endpoint {
  std::string listener;           // e.g. PLAINTEXT, INTERNAL
  std::string security_protocol;  // PLAINTEXT, SSL, SASL_PLAINTEXT, SASL_SSL
  std::string host;
  std::int32_t port = 0;
  auto operator<=>(const Endpoint&) const = default;
};

}  // namespace barnabas

template <>
struct std::hash<barnabas::TopicPartition> {
  std::size_t operator()(const barnabas::TopicPartition& tp) const noexcept {
    return std::hash<std::string>{}(tp.topic) * 31 +
           std::hash<barnabas::PartitionId>{}(tp.partition);
  }
};

template <>
struct fmt::formatter<barnabas::TopicPartition> : fmt::formatter<std::string> {
  template <typename Context>
  auto format(const barnabas::TopicPartition& tp, Context& context) const {
    return fmt::formatter<std::string>::format(tp.to_string(), context);
  }
};
