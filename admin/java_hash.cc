#include "admin/java_hash.h"

#include <algorithm>
#include <bit>
#include <numeric>
#include <utility>

#include "broker/protocol/java_string.h"

namespace barnabas::admin {

std::int32_t java_partition_hash(const TopicPartition& partition) {
  const std::uint32_t hash = 31 + static_cast<std::uint32_t>(partition.partition.value());
  return static_cast<std::int32_t>(
      hash * 31 + static_cast<std::uint32_t>(protocol::java_hash_code(partition.topic)));
}

std::size_t java_table_size_for(std::size_t expected) {
  return std::bit_ceil(std::max<std::size_t>(expected, 1));
}

std::size_t java_copy_table_size(std::size_t size) {
  return java_table_size_for(static_cast<std::size_t>(static_cast<float>(size) / 0.75F + 1.0F));
}

std::vector<std::size_t> java_hash_order(const std::vector<std::int32_t>& hashes,
                                         std::size_t initial_table_size) {
  // The table doubles when it is three quarters full. Splitting a bucket keeps the order inside it,
  // so the last size decides alone.
  std::size_t table_size = initial_table_size;
  while (hashes.size() > table_size * 3 / 4) table_size *= 2;

  const auto bucket = [&](std::size_t at) {
    const auto hash = static_cast<std::uint32_t>(hashes[at]);
    return (hash ^ (hash >> 16)) & (table_size - 1);
  };
  std::vector<std::size_t> order(hashes.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::sort(order, {}, [&](std::size_t at) { return std::pair(bucket(at), at); });
  return order;
}

}  // namespace barnabas::admin
