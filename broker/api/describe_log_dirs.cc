#include "broker/protocol/messages/describe_log_dirs.h"

#include <cstdint>
#include <set>
#include <string_view>
#include <utility>
#include <vector>

#include "broker/api/context.h"
#include "broker/api/handlers.h"
#include "broker/replica/replica_manager.h"

namespace barnabas::api {
namespace {

using protocol::DescribeLogDirsRequest;
using protocol::DescribeLogDirsResponse;

constexpr std::int16_t kFirstVersionWithBytes = 4;

// The replicas that are asked for.
class Wanted {
 public:
  explicit Wanted(const DescribeLogDirsRequest& request) : all_(!request.topics) {
    if (all_) return;
    for (const auto& topic : *request.topics) {
      for (const std::int32_t partition : topic.partitions) named_.emplace(topic.topic, partition);
    }
  }
  bool contains(const TopicPartition& tp) const {
    return all_ || named_.contains({tp.topic, tp.partition.value()});
  }

 private:
  const bool all_;
  std::set<std::pair<std::string_view, std::int32_t>> named_;
};

}  // namespace

void handle_describe_log_dirs(Context& context, protocol::Request request,
                              protocol::Responder responder) {
  const auto message = DescribeLogDirsRequest::decode(request.body, request.version);
  if (!message) return responder.close_connection();
  const std::vector<replica::LogDirInfo> dirs = context.replicas.describe_log_dirs();
  const Wanted wanted(*message);
  DescribeLogDirsResponse response;
  for (const replica::LogDirInfo& dir : dirs) {
    auto& result = response.results.emplace_back();
    result.error_code = dir.error;
    result.log_dir = dir.path;
    if (request.version >= kFirstVersionWithBytes) {
      result.total_bytes = dir.total_bytes;
      result.usable_bytes = dir.usable_bytes;
    }
    // The replicas come in the order of their topics.
    for (const auto& replica : dir.replicas) {
      if (!wanted.contains(replica.tp)) continue;
      if (result.topics.empty() || result.topics.back().name != replica.tp.topic) {
        result.topics.emplace_back().name = replica.tp.topic;
      }
      auto& partition = result.topics.back().partitions.emplace_back();
      partition.partition_index = replica.tp.partition.value();
      partition.partition_size = replica.size_bytes;
      partition.offset_lag = replica.offset_lag;
    }
  }
  responder.respond(response.encode(request.version));
}

}  // namespace barnabas::api
