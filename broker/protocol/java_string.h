// UTF-8 text as Java's String counts and hashes it: by UTF-16 code units.
//
// Threads  pure functions.
// Source   java.lang.String.hashCode; Kafka 3.9, GroupMetadataManager.partitionFor
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "broker/protocol/ids.h"

namespace barnabas::protocol {

std::size_t utf16_length(std::string_view utf8);
std::int32_t java_hash_code(std::string_view utf8);
// The partition of an internal topic that a group (or a transactional id) belongs to.
PartitionId partition_for(std::string_view key, std::int32_t partition_count);

}  // namespace barnabas::protocol
