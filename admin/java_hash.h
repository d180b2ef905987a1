// The order in which Java's HashMap and HashSet hand out what was put into them.
//
// Kafka's tools print in that order (topics of a description, entries of `Configs:`, partitions of
// an election); scripts compare such lines, so ours come in the same order.
// Threads  free functions.
// Source   java.util.HashMap, String.hashCode, Kafka's TopicPartition.hashCode
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "broker/protocol/ids.h"

namespace barnabas::admin {

// TopicPartition.hashCode. (String.hashCode is java_hash_code of protocol/java_string.h.)
std::int32_t java_partition_hash(const TopicPartition& partition);

inline constexpr std::size_t kJavaDefaultCapacity = 16;

// Table size of `new HashMap(expected)`, and of the copy of a map with `size` entries.
std::size_t java_table_size_for(std::size_t expected);
std::size_t java_copy_table_size(std::size_t size);

// Positions into `hashes` (of distinct keys, in the order of insertion) in the order of iteration.
std::vector<std::size_t> java_hash_order(const std::vector<std::int32_t>& hashes,
                                         std::size_t initial_table_size = kJavaDefaultCapacity);

// `items` in the order of iteration after they were inserted in this one.
template <typename T, typename Hash>
std::vector<T> in_java_hash_order(std::vector<T> items, Hash hash,
                                  std::size_t initial_table_size = kJavaDefaultCapacity) {
  std::vector<std::int32_t> hashes;
  hashes.reserve(items.size());
  for (const T& item : items) hashes.push_back(hash(item));
  std::vector<T> ordered;
  ordered.reserve(items.size());
  for (const std::size_t at : java_hash_order(hashes, initial_table_size)) {
    ordered.push_back(std::move(items[at]));
  }
  return ordered;
}

}  // namespace barnabas::admin
