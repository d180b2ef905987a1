#include "broker/api/zookeeper_offsets.h"

#include <fmt/format.h>

#include <charconv>
#include <cstdint>
#include <memory>
#include <utility>

#include "broker/api/context.h"
#include "broker/base/executor.h"
#include "broker/protocol/error_code.h"
#include "zkclient/operations.h"
#include "zkclient/paths.h"
#include "zkclient/zookeeper.h"

namespace barnabas::api {
namespace {

// One answer per partition, in their order; told when the last one is there.
template <typename Answer>
struct Gathered {
  Gathered(std::size_t count, Answer unanswered, std::function<void(std::vector<Answer>)> told)
      : answers(count, std::move(unanswered)), missing(count), done(std::move(told)) {}

  void put(std::size_t at, Answer answer) {
    answers[at] = std::move(answer);
    if (--missing == 0) done(std::move(answers));
  }

  std::vector<Answer> answers;
  std::size_t missing;
  std::function<void(std::vector<Answer>)> done;
};

std::string path_of(const std::string& group, const TopicPartition& tp) {
  return zk::paths::consumer_offset(group, tp.topic, tp.partition);
}

ZooKeeperOffset offset_in(const zk::DataAnswer& answer) {
  if (answer.error == zk::ZkError::kNoNode) return std::optional<Offset>();
  if (!answer.ok()) return ErrorCode::kUnknownServerError;
  if (answer.data.empty()) return std::optional<Offset>();
  std::int64_t value = 0;
  const char* const end = answer.data.data() + answer.data.size();
  const auto [stop, error] = std::from_chars(answer.data.data(), end, value);
  if (error != std::errc{} || stop != end) return ErrorCode::kUnknownServerError;
  return std::optional(Offset(value));
}

}  // namespace

void commit_to_zookeeper(Context& context, std::string group, ZooKeeperOffsets offsets,
                         std::function<void(std::vector<ErrorCode>)> done) {
  context.coordination.post([&context, group = std::move(group), offsets = std::move(offsets),
                             done = std::move(done)] {
    if (offsets.empty()) return done({});
    const auto gathered =
        std::make_shared<Gathered<ErrorCode>>(offsets.size(), ErrorCode::kUnknownServerError, done);
    for (std::size_t i = 0; i < offsets.size(); ++i) {
      const auto& [tp, offset] = offsets[i];
      zk::set_or_create(context.zookeeper, path_of(group, tp), fmt::to_string(offset.value()),
                        [gathered, i](const zk::Answer& answer) {
                          gathered->put(
                              i, answer.ok() ? ErrorCode::kNone : ErrorCode::kUnknownServerError);
                        });
    }
  });
}

void fetch_from_zookeeper(Context& context, std::string group,
                          std::vector<TopicPartition> partitions,
                          std::function<void(std::vector<ZooKeeperOffset>)> done) {
  context.coordination.post([&context, group = std::move(group), partitions = std::move(partitions),
                             done = std::move(done)] {
    if (partitions.empty()) return done({});
    const auto gathered = std::make_shared<Gathered<ZooKeeperOffset>>(
        partitions.size(), std::optional<Offset>(), done);
    for (std::size_t i = 0; i < partitions.size(); ++i) {
      context.zookeeper.get_data(
          path_of(group, partitions[i]), /*watch=*/false,
          [gathered, i](const zk::DataAnswer& answer) { gathered->put(i, offset_in(answer)); });
    }
  });
}

}  // namespace barnabas::api
