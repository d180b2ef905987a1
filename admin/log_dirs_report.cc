#include "admin/log_dirs_report.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <optional>

#include "admin/error_text.h"
#include "admin/java_hash.h"
#include "admin/json_line.h"
#include "broker/protocol/java_string.h"

namespace barnabas::admin {
namespace {

JsonLine replica_json(const LogDirReplica& replica) {
  JsonLine json;
  json.text("partition", fmt::format("{}", replica.partition))
      .number("size", replica.size_bytes)
      .number("offsetLag", replica.offset_lag)
      .boolean("isFuture", replica.is_future);
  return json;
}

JsonLine dir_json(const LogDirReport& dir, const std::set<std::string>& topics) {
  const auto hash = [](const LogDirReplica& replica) {
    return java_partition_hash(replica.partition);
  };
  // Once into the map of all replicas, and once more into that of the wanted ones.
  auto replicas = in_java_hash_order(dir.replicas, hash);
  std::erase_if(replicas, [&](const LogDirReplica& replica) {
    return !topics.empty() && !topics.contains(replica.partition.topic);
  });
  std::vector<JsonLine> partitions;
  for (const LogDirReplica& replica : in_java_hash_order(std::move(replicas), hash)) {
    partitions.push_back(replica_json(replica));
  }
  const std::string error =
      dir.error == ErrorCode::kNone ? std::string() : exception_name(dir.error);
  JsonLine json;
  json.objects("partitions", partitions)
      .text("error", error.empty() ? std::nullopt : std::optional<std::string_view>(error))
      .text("logDir", dir.path);
  return json;
}

}  // namespace

std::string log_dirs_json(const std::vector<BrokerLogDirs>& brokers,
                          const std::set<std::string>& topics) {
  const auto broker_hash = [](const BrokerLogDirs& broker) { return broker.first.value(); };
  std::vector<JsonLine> broker_list;
  for (const auto& [id, dirs] :
       in_java_hash_order(brokers, broker_hash, java_table_size_for(brokers.size()))) {
    const auto dir_hash = [](const LogDirReport& dir) {
      return protocol::java_hash_code(dir.path);
    };
    std::vector<JsonLine> log_dirs;
    for (const LogDirReport& dir :
         in_java_hash_order(dirs, dir_hash, java_table_size_for(dirs.size()))) {
      log_dirs.push_back(dir_json(dir, topics));
    }
    JsonLine broker;
    broker.number("broker", id.value()).objects("logDirs", log_dirs);
    broker_list.push_back(broker);
  }
  JsonLine json;
  json.objects("brokers", broker_list).number("version", 1);
  return json.str();
}

std::string broker_list(const std::set<BrokerId>& brokers) {
  const auto ordered = in_java_hash_order(std::vector<BrokerId>(brokers.begin(), brokers.end()),
                                          [](BrokerId id) { return id.value(); });
  return fmt::format("{}", fmt::join(ordered, ","));
}

}  // namespace barnabas::admin
