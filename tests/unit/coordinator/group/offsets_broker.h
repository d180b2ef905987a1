// A broker that coordinates groups, in virtual time on logs in memory, and what its clients ask it.
#pragma once

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "broker/coordinator/group/core/group_records.h"
#include "broker/coordinator/group/group_coordinator.h"
#include "broker/protocol/record_batch.h"
#include "tests/unit/replica/doubles.h"

namespace barnabas::group {

// Holds its tasks back until the test runs them.
class HeldExecutor final : public Executor {
 public:
  std::size_t held() const { return tasks_.size(); }
  void run_next() {
    ASSERT_FALSE(tasks_.empty());
    const Task task = std::move(tasks_.front());
    tasks_.pop_front();
    task();
  }
  void run_all() {
    while (!tasks_.empty()) run_next();
  }

  void post(Task task) override { tasks_.push_back(std::move(task)); }
  TimerId run_after(Duration, Task) override {
    ADD_FAILURE() << "loading has no timers";
    return {};
  }
  void cancel(TimerId) override {}
  bool is_current() const override { return false; }

 private:
  std::deque<Task> tasks_;
};

inline TopicPartition offsets_partition(std::int32_t partition) {
  return {std::string(kOffsetsTopic), PartitionId(partition)};
}
inline TopicPartition t(std::int32_t partition) {
  return {"t", PartitionId(partition)};
}

// Broker 1, whose logs of the two partitions of __consumer_offsets hold three groups:
//
//   partition 1   g, stable in generation 3: the members a, its leader, and b; an offset of t-0
//                 e, empty: offsets of t-0 and t-1
//   partition 0   other, empty: an offset of t-0
class OffsetsBroker : public replica::BrokerFixture {
 public:
  HeldExecutor loading;
  GroupCoordinator groups;

  explicit OffsetsBroker(GroupCoordinatorOptions options = {})
      : groups(of_broker_1(options), {.clock = process,
                                      .random = random,
                                      .coordination = process,
                                      .timers = process,
                                      .background = loading,
                                      .replicas = *manager,
                                      .zookeeper = *zookeeper}) {
    GroupRecord stable{.protocol_type = "consumer",
                       .generation = GenerationId(3),
                       .protocol = "range",
                       .leader = "a",
                       .state_timestamp = process.wall_clock_ms()};
    for (const std::string& id : std::vector<std::string>{"a", "b"}) {
      stable.members.push_back({.member_id = id,
                                .rebalance_timeout = seconds(60),
                                .session_timeout = seconds(10),
                                .subscription = "wish of " + id,
                                .assignment = "for " + id});
    }
    write(1, {group_record("g", stable), offset_record("g", t(0), committed(42)),
              offset_record("e", t(0), committed(8)), offset_record("e", t(1), committed(9))});
    write(0, {offset_record("other", t(0), committed(7))});
    groups.set_partition_count(2);
    groups.start();
    manager->set_leadership_observer(&groups);
  }
  ~OffsetsBroker() { manager->set_leadership_observer(nullptr); }

  // The controller says who leads a partition.
  void lead_here(std::int32_t partition, std::int32_t epoch,
                 std::initializer_list<std::int32_t> isr = {1}) {
    lead(isr, epoch, epoch, offsets_partition(partition));
  }
  void lead_elsewhere(std::int32_t partition, std::int32_t epoch) {
    EXPECT_EQ(told_state(replica::told(2, epoch, {2}, epoch), offsets_partition(partition)),
              ErrorCode::kNone);
  }
  // The other partition is loaded and serves in every test.
  void serve_other() {
    lead_here(0, 5);
    loading.run_all();
  }

  Offset log_end(std::int32_t partition = 1) const {
    return logs.find(offsets_partition(partition))->log_end_offset();
  }

 private:
  static GroupCoordinatorOptions of_broker_1(GroupCoordinatorOptions options) {
    options.broker_id = BrokerId(1);
    return options;
  }
  CommittedOffset committed(std::int64_t offset) const {
    return {.offset = Offset(offset), .commit_timestamp = process.wall_clock_ms()};
  }
  void write(std::int32_t partition, const std::vector<LogRecord>& records) {
    const auto log = logs.get_or_create(offsets_partition(partition), replica::kTopicId, {});
    ASSERT_TRUE(log);
    protocol::RecordBatchBuilder builder;
    for (const LogRecord& record : records) {
      builder.add(process.wall_clock_ms(), record.key, record.value);
    }
    std::vector<std::uint8_t> batch = builder.build();
    ASSERT_TRUE((*log)->append_as_leader(batch, LeaderEpoch(4), log::AppendOrigin::kCoordinator));
  }
};

// ---- Answers as text: the error, and all that is said beside it.

inline std::string text_of(ErrorCode error) {
  return std::string(error_name(error));
}
inline std::string text_of(const std::vector<ErrorCode>& errors) {
  std::string text = "each:";
  for (const ErrorCode error : errors) text += " " + text_of(error);
  return text;
}
inline std::string text_of(const JoinAnswer& answer) {
  const JoinAnswer bare{.error = answer.error, .member_id = answer.member_id};
  std::string text = text_of(answer.error) + " to " + answer.member_id;
  if (answer == bare) return text;
  text += fmt::format(", generation {}, {}/{}, leader {}", answer.generation.value(),
                      answer.protocol_type.value_or("none"), answer.protocol.value_or("none"),
                      answer.leader);
  for (const JoinedMember& member : answer.members) {
    text += ", " + member.member_id + ": " + member.metadata;
  }
  return text;
}
inline std::string text_of(const SyncAnswer& answer) {
  if (answer == SyncAnswer{.error = answer.error}) return text_of(answer.error);
  return fmt::format("{} {}/{}: {}", text_of(answer.error), answer.protocol_type.value_or("none"),
                     answer.protocol.value_or("none"), answer.assignment);
}
inline std::string text_of(const std::vector<FetchedOffset>& offsets) {
  std::string text = "offsets:";
  for (const FetchedOffset& offset : offsets) {
    text += fmt::format(" {}={}", offset.tp.partition.value(), offset.offset.value());
    if (offset.error != ErrorCode::kNone) text += " " + text_of(offset.error);
  }
  return text;
}
inline std::string text_of(const GroupDescription& group) {
  std::string text =
      fmt::format("{} {}/{}", name_of(group.state), group.protocol_type, group.protocol);
  for (const auto& member : group.members) {
    text += ", " + member.member_id + ": " + member.metadata + ", " + member.assignment;
  }
  return text;
}
template <typename T>
inline std::string text_of(const Result<T>& answer) {
  return answer ? text_of(*answer) : text_of(answer.error().code);
}

// An answer that may come later: "waits" until then.
using Told = std::shared_ptr<std::string>;
template <typename Answer>
std::pair<Told, GroupCoordinator::Callback<Answer>> later() {
  const auto told = std::make_shared<std::string>("waits");
  return {told, [told](const Answer& answer) {
            EXPECT_EQ(*told, "waits") << "answered twice";
            *told = text_of(answer);
          }};
}

// ---- Requests

inline Told join(GroupCoordinator& groups, std::string_view group, std::string_view member) {
  JoinRequest request;
  request.group = group;
  request.member_id = member;
  request.client_id = "client";
  request.client_host = "/127.0.0.1";
  request.rebalance_timeout = seconds(60);
  request.session_timeout = seconds(10);
  request.protocol_type = "consumer";
  const std::string metadata = "wish of " + std::string(member);
  request.protocols = {{"range", as_bytes(metadata)}};
  auto [told, done] = later<JoinAnswer>();
  groups.join(request, std::move(done));
  return told;
}
inline Told sync(GroupCoordinator& groups, std::string_view member, std::int32_t generation) {
  SyncRequest request;
  request.group = "g";
  request.generation = GenerationId(generation);
  request.member_id = member;
  auto [told, done] = later<SyncAnswer>();
  groups.sync(request, std::move(done));
  return told;
}
// The offsets 50 of t-0 and 51 of t-1.
inline Told commit(GroupCoordinator& groups, std::string_view group, std::string_view member,
                   std::int32_t generation) {
  OffsetCommitRequest request;
  request.group = group;
  request.member = {member};
  request.generation = GenerationId(generation);
  for (const std::int32_t partition : {0, 1}) {
    auto& committed = request.partitions.emplace_back();
    committed.tp = t(partition);
    committed.offset = Offset(50 + partition);
  }
  auto [told, done] = later<std::vector<ErrorCode>>();
  groups.commit_offsets(request, std::move(done));
  return told;
}
inline std::string fetch_offsets(const GroupCoordinator& groups, std::string_view group) {
  return text_of(groups.fetch_offsets(group, std::vector{t(0), t(1)}, /*require_stable=*/true));
}
inline std::string list(const GroupCoordinator& groups) {
  const GroupCoordinator::Listing listing = groups.list();
  std::string text = text_of(listing.error);
  for (const GroupOverview& group : listing.groups) {
    text += fmt::format(" {}:{}", group.group, name_of(group.state));
  }
  return text;
}

}  // namespace barnabas::group
