// What a client may do, as a bit field, where nothing is authorized yet: all that exists.
//
// Bit n stands for Kafka's AclOperation of code n.
// Source  Kafka 3.9, AclEntry.supportedOperations
#pragma once

#include <cstdint>

namespace barnabas::api {

// Create, Alter, Describe, ClusterAction, DescribeConfigs, AlterConfigs, IdempotentWrite.
inline constexpr std::int32_t kClusterOperations =
    1 << 5 | 1 << 7 | 1 << 8 | 1 << 9 | 1 << 10 | 1 << 11 | 1 << 12;
// Read, Write, Create, Delete, Alter, Describe, DescribeConfigs, AlterConfigs.
inline constexpr std::int32_t kTopicOperations =
    1 << 3 | 1 << 4 | 1 << 5 | 1 << 6 | 1 << 7 | 1 << 8 | 1 << 10 | 1 << 11;
// Read, Delete, Describe.
inline constexpr std::int32_t kGroupOperations = 1 << 3 | 1 << 6 | 1 << 8;

}  // namespace barnabas::api
