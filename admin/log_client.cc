#include "admin/log_client.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <optional>

#include "admin/error_text.h"
#include "admin/partition_request.h"
#include "broker/protocol/messages/delete_records.h"
#include "broker/protocol/messages/describe_log_dirs.h"
#include "broker/protocol/messages/list_offsets.h"
#include "broker/protocol/messages/metadata.h"

namespace barnabas::admin {
namespace {

using namespace protocol;
using Target = ClusterClient::Target;

constexpr std::int64_t kMaxTimestampQuestion = -3;
constexpr std::int64_t kEarliestLocalQuestion = -4;
constexpr std::int64_t kLatestTieredQuestion = -5;

// The first version of ListOffsets that knows the question.
std::int16_t first_version_of(std::int64_t timestamp) {
  switch (timestamp) {
    case kMaxTimestampQuestion:
      return 7;
    case kEarliestLocalQuestion:
      return 8;
    case kLatestTieredQuestion:
      return 9;
    default:
      return 1;
  }
}

// nullopt: asking again may help.
std::optional<std::string> final_topic_error(ErrorCode code, const TopicPartition& partition,
                                             bool unknown_topic_is_final) {
  const std::string lead = fmt::format("Failed to fetch metadata for partition {} ", partition);
  switch (code) {
    case ErrorCode::kLeaderNotAvailable:
    case ErrorCode::kBrokerNotAvailable:
      return std::nullopt;
    case ErrorCode::kUnknownTopicOrPartition:
      if (!unknown_topic_is_final) return std::nullopt;
      return lead +
             fmt::format("because metadata for topic `{}` could not be found", partition.topic);
    case ErrorCode::kTopicAuthorizationFailed:
      return lead + "due to topic authorization failure";
    case ErrorCode::kInvalidTopicException:
      return lead + fmt::format("due to invalid topic `{}`", partition.topic);
    default:
      return lead + fmt::format("due to unexpected error for topic `{}`", partition.topic);
  }
}

template <typename Response, typename OffsetOf>
std::vector<std::pair<TopicPartition, Result<std::int64_t>>> answers_in(const Response& response,
                                                                        OffsetOf offset_of) {
  std::vector<std::pair<TopicPartition, Result<std::int64_t>>> answers;
  for (const auto& topic : response.topics) {
    for (const auto& partition : topic.partitions) {
      Result<std::int64_t> answer = offset_of(partition);
      if (partition.error_code != ErrorCode::kNone) answer = broker_error(partition.error_code, {});
      answers.emplace_back(
          TopicPartition{std::string(topic.name), PartitionId(partition.partition_index)},
          std::move(answer));
    }
  }
  return answers;
}

}  // namespace

Result<std::map<BrokerId, LogClient::Partitions>> LogClient::leaders_of(
    const Question& question, const CallTerms& terms, std::set<TopicPartition>& left,
    PartitionOffsets& settled) {
  std::set<std::string> topics;
  for (const TopicPartition& partition : left) topics.insert(partition.topic);
  TRY(const auto answer,
      (cluster_.call<MetadataRequest, MetadataResponse>(
          question.lookup_name, Target::kAnyBroker,
          [&](std::int16_t version, Duration) {
            MetadataRequest request;
            // Asking must not create what is asked for. Before version 4 nobody could say so.
            request.allow_auto_topic_creation = version < 4;
            request.topics.emplace();
            for (const std::string& topic : topics) request.topics->emplace_back().name = topic;
            return request;
          },
          [](const MetadataResponse&) { return ErrorCode::kNone; }, {.until = terms.until})));
  std::map<BrokerId, Partitions> leaders;
  for (const auto& topic : answer.message.topics) {
    const std::string name(topic.name.value_or(""));
    if (topic.error_code != ErrorCode::kNone) {
      std::erase_if(left, [&](const TopicPartition& partition) {
        if (partition.topic != name) return false;
        auto error =
            final_topic_error(topic.error_code, partition, question.unknown_topic_is_final);
        if (!error) return false;
        settled.emplace(partition, Error{topic.error_code, std::move(*error)});
        return true;
      });
      continue;
    }
    for (const auto& partition : topic.partitions) {
      TopicPartition key{name, PartitionId(partition.partition_index)};
      if (partition.error_code == ErrorCode::kNone && partition.leader_id >= BrokerId(0) &&
          left.contains(key)) {
        leaders[partition.leader_id].push_back(std::move(key));
      }
    }
  }
  return leaders;
}

PartitionOffsets LogClient::ask_leaders(const Question& question, const Partitions& partitions,
                                        Time until) {
  PartitionOffsets settled;
  std::set<TopicPartition> left(partitions.begin(), partitions.end());
  const auto settle_rest = [&](const Error& error) {
    for (const TopicPartition& partition : left) settled.emplace(partition, error);
    return settled;
  };
  CallTerms terms;
  terms.until = until;
  terms.lookup_name = question.lookup_name;
  terms.once = true;  // a lost answer may mean that another broker leads now
  for (int attempts = 1;; ++attempts) {
    const auto leaders = leaders_of(question, terms, left, settled);
    if (!leaders) return settle_rest(leaders.error());
    for (const auto& [leader, led] : *leaders) {
      const auto answers = question.ask(leader, led, terms);
      if (!answers && is_retriable(answers.error().code)) continue;
      if (!answers) {
        for (const TopicPartition& partition : led) {
          settled.emplace(partition, answers.error());
          left.erase(partition);
        }
        continue;
      }
      for (const auto& [partition, answer] : *answers) {
        if (!answer && is_retriable(answer.error().code)) continue;
        if (left.erase(partition) > 0) settled.emplace(partition, answer);
      }
    }
    if (left.empty()) return settled;
    if (cluster_.now() >= until) {
      return settle_rest({ErrorCode::kRequestTimedOut,
                          fmt::format("Call(callName={}) timed out after {} attempt(s)",
                                      question.lookup_name, attempts)});
    }
    cluster_.back_off();
  }
}

PartitionOffsets LogClient::delete_records(
    const std::map<TopicPartition, std::int64_t>& before_offsets) {
  const Ask ask = [&](BrokerId leader, const Partitions& led,
                      const CallTerms& terms) -> Result<Answers> {
    TRY(const auto answer,
        (cluster_.call<DeleteRecordsRequest, DeleteRecordsResponse>(
            "deleteRecords(api=DELETE_RECORDS)", Target::of_broker(leader),
            [&](std::int16_t, Duration time_left) {
              DeleteRecordsRequest request;
              request.timeout_ms = static_cast<std::int32_t>(
                  std::chrono::duration_cast<milliseconds>(time_left).count());
              add_partitions(request, led, std::identity{},
                             [&](const TopicPartition& partition, auto& out) {
                               out.offset = before_offsets.at(partition);
                             });
              return request;
            },
            [](const DeleteRecordsResponse&) { return ErrorCode::kNone; }, terms)));
    return answers_in(answer.message,
                      [](const auto& partition) { return partition.low_watermark; });
  };
  Partitions partitions;
  for (const auto& [partition, offset] : before_offsets) partitions.push_back(partition);
  return ask_leaders({.lookup_name = "deleteRecords(api=METADATA)", .ask = ask}, partitions,
                     cluster_.deadline());
}

PartitionOffsets LogClient::list_offsets(const Partitions& partitions, std::int64_t timestamp,
                                         Time until) {
  const Ask ask = [&](BrokerId leader, const Partitions& led,
                      const CallTerms& terms) -> Result<Answers> {
    CallTerms with_version = terms;
    with_version.min_version = first_version_of(timestamp);
    TRY(const auto answer,
        (cluster_.call<ListOffsetsRequest, ListOffsetsResponse>(
            "listOffsets(api=LIST_OFFSETS)", Target::of_broker(leader),
            [&](std::int16_t, Duration) {
              ListOffsetsRequest request;
              request.replica_id = BrokerId(-1);
              add_partitions(request, led, std::identity{},
                             [&](const TopicPartition&, auto& out) { out.timestamp = timestamp; });
              return request;
            },
            [](const ListOffsetsResponse&) { return ErrorCode::kNone; }, with_version)));
    return answers_in(answer.message, [](const auto& partition) { return partition.offset; });
  };
  return ask_leaders(
      {.lookup_name = "listOffsets(api=METADATA)", .unknown_topic_is_final = true, .ask = ask},
      partitions, until);
}

Result<std::vector<LogDirReport>> LogClient::describe_log_dirs(BrokerId broker) {
  TRY(const auto answer, (cluster_.call<DescribeLogDirsRequest, DescribeLogDirsResponse>(
                             "describeLogDirs", Target::of_broker(broker),
                             [](std::int16_t, Duration) {
                               DescribeLogDirsRequest request;
                               request.topics.reset();
                               return request;
                             },
                             [](const DescribeLogDirsResponse&) { return ErrorCode::kNone; })));
  if (answer.message.results.empty()) {
    const ErrorCode error = answer.message.error_code;
    return broker_error(error == ErrorCode::kNone ? ErrorCode::kClusterAuthorizationFailed : error,
                        std::nullopt);
  }
  std::vector<LogDirReport> reports;
  for (const auto& result : answer.message.results) {
    LogDirReport& report = reports.emplace_back();
    report.path = result.log_dir;
    report.error = result.error_code;
    for (const auto& topic : result.topics) {
      for (const auto& partition : topic.partitions) {
        report.replicas.push_back(
            {{std::string(topic.name), PartitionId(partition.partition_index)},
             partition.partition_size,
             partition.offset_lag,
             partition.is_future_key});
      }
    }
  }
  return reports;
}

}  // namespace barnabas::admin
