// What each API is told of a group whose partition of __consumer_offsets is being loaded here, and
// of one whose partition is not led here; and that both leave no trace.
#include "broker/coordinator/group/group_coordinator.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "broker/coordinator/group/core/group_records.h"
#include "broker/protocol/record_batch.h"
#include "tests/unit/replica/doubles.h"

namespace barnabas::group {
namespace {

using testing::StartsWith;

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

TopicPartition offsets_partition(std::int32_t partition) {
  return {std::string(kOffsetsTopic), PartitionId(partition)};
}
TopicPartition t(std::int32_t partition) {
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
  GroupCoordinator groups{{.broker_id = BrokerId(1)},
                          {.clock = process,
                           .random = random,
                           .coordination = process,
                           .timers = process,
                           .background = loading,
                           .replicas = *manager,
                           .zookeeper = *zookeeper}};

  OffsetsBroker() {
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

std::string text_of(ErrorCode error) {
  return std::string(error_name(error));
}
std::string text_of(const std::vector<ErrorCode>& errors) {
  std::string text = "each:";
  for (const ErrorCode error : errors) text += " " + text_of(error);
  return text;
}
std::string text_of(const JoinAnswer& answer) {
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
std::string text_of(const SyncAnswer& answer) {
  if (answer == SyncAnswer{.error = answer.error}) return text_of(answer.error);
  return fmt::format("{} {}/{}: {}", text_of(answer.error), answer.protocol_type.value_or("none"),
                     answer.protocol.value_or("none"), answer.assignment);
}
std::string text_of(const std::vector<FetchedOffset>& offsets) {
  std::string text = "offsets:";
  for (const FetchedOffset& offset : offsets) {
    text += fmt::format(" {}={}", offset.tp.partition.value(), offset.offset.value());
    if (offset.error != ErrorCode::kNone) text += " " + text_of(offset.error);
  }
  return text;
}
std::string text_of(const GroupDescription& group) {
  std::string text =
      fmt::format("{} {}/{}", name_of(group.state), group.protocol_type, group.protocol);
  for (const auto& member : group.members) {
    text += ", " + member.member_id + ": " + member.metadata + ", " + member.assignment;
  }
  return text;
}
template <typename T>
std::string text_of(const Result<T>& answer) {
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

Told join(GroupCoordinator& groups, std::string_view group, std::string_view member) {
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
Told sync(GroupCoordinator& groups, std::string_view member, std::int32_t generation) {
  SyncRequest request;
  request.group = "g";
  request.generation = GenerationId(generation);
  request.member_id = member;
  auto [told, done] = later<SyncAnswer>();
  groups.sync(request, std::move(done));
  return told;
}
// The offsets 50 of t-0 and 51 of t-1.
Told commit(GroupCoordinator& groups, std::string_view group, std::string_view member,
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
std::string fetch_offsets(const GroupCoordinator& groups, std::string_view group) {
  return text_of(groups.fetch_offsets(group, std::vector{t(0), t(1)}, /*require_stable=*/true));
}
std::string list(const GroupCoordinator& groups) {
  const GroupCoordinator::Listing listing = groups.list();
  std::string text = text_of(listing.error);
  for (const GroupOverview& group : listing.groups) {
    text += fmt::format(" {}:{}", group.group, name_of(group.state));
  }
  return text;
}

// ---- The table

struct Row {
  std::string_view api;
  std::function<std::string(GroupCoordinator&)> ask;
  std::string_view while_loading;
  std::string_view not_coordinator;
  std::string_view loaded;
};
const Row kRows[] = {
    {"JoinGroup", [](GroupCoordinator& groups) { return *join(groups, "g", "b"); },
     "COORDINATOR_LOAD_IN_PROGRESS to b", "NOT_COORDINATOR to b",
     "NONE to b, generation 3, consumer/range, leader a"},
    // Of a new member: it is given an id by a coordinator that knows the group only.
    {"JoinGroup without a member id",
     [](GroupCoordinator& groups) { return *join(groups, "g", ""); },
     "COORDINATOR_LOAD_IN_PROGRESS to ", "NOT_COORDINATOR to ", "waits"},
    {"SyncGroup", [](GroupCoordinator& groups) { return *sync(groups, "b", 3); },
     "REBALANCE_IN_PROGRESS", "NOT_COORDINATOR", "NONE consumer/range: for b"},
    {"Heartbeat",
     [](GroupCoordinator& groups) {
       return text_of(groups.heartbeat("g", {"a"}, GenerationId(3)));
     },
     "NONE", "NOT_COORDINATOR", "NONE"},
    // Nobody can be checked yet.
    {"Heartbeat of a former generation",
     [](GroupCoordinator& groups) {
       return text_of(groups.heartbeat("g", {"a"}, GenerationId(2)));
     },
     "NONE", "NOT_COORDINATOR", "ILLEGAL_GENERATION"},
    {"LeaveGroup",
     [](GroupCoordinator& groups) {
       return text_of(groups.leave("g", {{{"b"}, ""}, {{"stranger"}, ""}}));
     },
     "COORDINATOR_LOAD_IN_PROGRESS", "NOT_COORDINATOR", "each: NONE UNKNOWN_MEMBER_ID"},
    {"OffsetCommit", [](GroupCoordinator& groups) { return *commit(groups, "g", "a", 3); },
     "each: COORDINATOR_LOAD_IN_PROGRESS COORDINATOR_LOAD_IN_PROGRESS",
     "each: NOT_COORDINATOR NOT_COORDINATOR", "each: NONE NONE"},
    {"OffsetFetch", [](GroupCoordinator& groups) { return fetch_offsets(groups, "g"); },
     "COORDINATOR_LOAD_IN_PROGRESS", "NOT_COORDINATOR", "offsets: 0=42 1=-1"},
    {"OffsetFetch of all",
     [](GroupCoordinator& groups) {
       return text_of(groups.fetch_offsets("e", std::nullopt, /*require_stable=*/false));
     },
     "COORDINATOR_LOAD_IN_PROGRESS", "NOT_COORDINATOR", "offsets: 0=8 1=9"},
    {"OffsetDelete",
     [](GroupCoordinator& groups) { return text_of(groups.delete_offsets("e", {t(0), t(1)})); },
     "COORDINATOR_LOAD_IN_PROGRESS", "NOT_COORDINATOR", "each: NONE NONE"},
    {"DescribeGroups", [](GroupCoordinator& groups) { return text_of(groups.describe("g")); },
     "COORDINATOR_LOAD_IN_PROGRESS", "NOT_COORDINATOR",
     "Stable consumer/range, a: wish of a, for a, b: wish of b, for b"},
    // A group that does not exist cannot be told from one that is not loaded yet.
    {"DescribeGroups of an unknown group",
     [](GroupCoordinator& groups) { return text_of(groups.describe("i")); },
     "COORDINATOR_LOAD_IN_PROGRESS", "NOT_COORDINATOR", "Dead /"},
    // What is known of the other partition is told with the error.
    {"ListGroups", [](GroupCoordinator& groups) { return list(groups); },
     "COORDINATOR_LOAD_IN_PROGRESS other:Empty", "NONE other:Empty",
     "NONE other:Empty e:Empty g:Stable"},
    {"DeleteGroups", [](GroupCoordinator& groups) { return text_of(groups.delete_group("e")); },
     "COORDINATOR_LOAD_IN_PROGRESS", "NOT_COORDINATOR", "NONE"},
    {"DeleteGroups of an unknown group",
     [](GroupCoordinator& groups) { return text_of(groups.delete_group("i")); },
     "COORDINATOR_LOAD_IN_PROGRESS", "NOT_COORDINATOR", "GROUP_ID_NOT_FOUND"},
};

// ---- Loading

TEST(GroupCoordinator, GroupsOfTheTestsBelongToThePartitionsThatHoldThem) {
  const OffsetsBroker broker;
  for (const std::string_view group : {"g", "e", "i"}) {
    EXPECT_EQ(broker.groups.partition_for(group), PartitionId(1)) << group;
  }
  EXPECT_EQ(broker.groups.partition_for("other"), PartitionId(0));
}

// Asked again after loading: the answer shows that the refused request has changed nothing.
TEST(GroupCoordinator, WhileLoadingEveryApiIsRefusedInItsOwnWayAndServedAfterwards) {
  for (const Row& row : kRows) {
    SCOPED_TRACE(row.api);
    OffsetsBroker broker;
    broker.serve_other();
    broker.lead_here(1, 5);
    const Offset end = broker.log_end();
    EXPECT_EQ(row.ask(broker.groups), row.while_loading);
    EXPECT_EQ(broker.log_end(), end);
    broker.loading.run_all();
    EXPECT_EQ(broker.log_end(), end);
    EXPECT_EQ(row.ask(broker.groups), row.loaded);
  }
}
TEST(GroupCoordinator, OtherPartitionsServeWhileOneIsLoading) {
  OffsetsBroker broker;
  broker.serve_other();
  broker.lead_here(1, 5);
  EXPECT_EQ(fetch_offsets(broker.groups, "other"), "offsets: 0=7 1=-1");
  EXPECT_EQ(*commit(broker.groups, "other", "", -1), "each: NONE NONE");
  EXPECT_EQ(fetch_offsets(broker.groups, "other"), "offsets: 0=50 1=51");
}
// Heartbeats that were told NONE while loading have not been counted: nobody's session may have
// run out meanwhile, and everybody's begins when all is loaded.
TEST(GroupCoordinator, AfterALongLoadMembersHaveTheirWholeSession) {
  OffsetsBroker broker;
  broker.lead_here(1, 5);
  broker.run_for(seconds(60));
  broker.loading.run_all();
  broker.run_for(milliseconds(9999));
  EXPECT_EQ(text_of(broker.groups.heartbeat("g", {"a"}, GenerationId(3))), "NONE");
  broker.run_for(milliseconds(1));
  EXPECT_EQ(text_of(broker.groups.heartbeat("g", {"b"}, GenerationId(3))), "UNKNOWN_MEMBER_ID");
  EXPECT_EQ(text_of(broker.groups.heartbeat("g", {"a"}, GenerationId(3))), "REBALANCE_IN_PROGRESS");
}
// A leader that stays gets a new epoch when a broker of its ISR dies.
TEST(GroupCoordinator, LeaderThatStaysLoadsOnce) {
  OffsetsBroker broker;
  broker.lead_here(1, 5, {1, 2});
  broker.lead_here(1, 6);
  EXPECT_EQ(broker.loading.held(), 1u);
  EXPECT_EQ(fetch_offsets(broker.groups, "g"), "COORDINATOR_LOAD_IN_PROGRESS");
  broker.loading.run_all();
  broker.lead_here(1, 7);
  EXPECT_EQ(broker.loading.held(), 0u);
  EXPECT_EQ(fetch_offsets(broker.groups, "g"), "offsets: 0=42 1=-1");
  // What is stored still belongs to the office that began in the first of these epochs.
  EXPECT_EQ(*commit(broker.groups, "g", "a", 3), "each: NONE NONE");
}

// ---- Not the coordinator

void expect_not_coordinator(const std::function<void(OffsetsBroker&)>& given) {
  for (const Row& row : kRows) {
    SCOPED_TRACE(row.api);
    OffsetsBroker broker;
    broker.serve_other();
    given(broker);
    const Offset end = broker.log_end();
    EXPECT_EQ(row.ask(broker.groups), row.not_coordinator);
    EXPECT_EQ(broker.log_end(), end);
  }
}

TEST(GroupCoordinator, PartitionThatWasNeverLedHereIsNotCoordinated) {
  expect_not_coordinator([](OffsetsBroker&) {});
}
TEST(GroupCoordinator, PartitionThatIsFollowedHereIsNotCoordinated) {
  expect_not_coordinator([](OffsetsBroker& broker) { broker.lead_elsewhere(1, 5); });
}
TEST(GroupCoordinator, PartitionThatIsLedElsewhereNowIsNotCoordinated) {
  expect_not_coordinator([](OffsetsBroker& broker) {
    broker.lead_here(1, 5);
    broker.loading.run_all();
    ASSERT_EQ(fetch_offsets(broker.groups, "g"), "offsets: 0=42 1=-1");
    broker.lead_elsewhere(1, 6);
  });
}
TEST(GroupCoordinator, PartitionWhoseReplicaWasStoppedIsNotCoordinated) {
  expect_not_coordinator([](OffsetsBroker& broker) {
    broker.lead_here(1, 5);
    broker.loading.run_all();
    ASSERT_EQ(fetch_offsets(broker.groups, "g"), "offsets: 0=42 1=-1");
    const auto stopped = broker.manager->stop_replicas(
        replica::BrokerFixture::stamp(), {{offsets_partition(1), LeaderEpoch(6), false}});
    ASSERT_TRUE(stopped);
    ASSERT_EQ(stopped->front(), ErrorCode::kNone);
  });
}
TEST(GroupCoordinator, PartitionThatIsLedElsewhereBeforeItWasLoadedIsNotCoordinated) {
  expect_not_coordinator([](OffsetsBroker& broker) {
    broker.lead_here(1, 5);
    broker.lead_elsewhere(1, 6);
  });
}
TEST(GroupCoordinator, LoadingThatEndsAfterTheOfficeBringsNothingBack) {
  expect_not_coordinator([](OffsetsBroker& broker) {
    broker.lead_here(1, 5);
    broker.lead_elsewhere(1, 6);
    broker.loading.run_all();
  });
}
// The replica follows already, and the coordinator has not been told yet: it reads a log that is no
// longer its own.
TEST(GroupCoordinator, LoadingThatFailsCoordinatesNobodyByHalves) {
  expect_not_coordinator([](OffsetsBroker& broker) {
    broker.lead_here(1, 5);
    broker.manager->set_leadership_observer(nullptr);
    broker.lead_elsewhere(1, 6);
    broker.loading.run_all();
  });
}
// The first order to load, still held, is of the office that has ended: only the second one counts.
TEST(GroupCoordinator, OfficeThatIsRegainedLoadsAnew) {
  for (const Row& row : kRows) {
    SCOPED_TRACE(row.api);
    OffsetsBroker broker;
    broker.serve_other();
    broker.lead_here(1, 5);
    broker.lead_elsewhere(1, 6);
    broker.lead_here(1, 7);
    EXPECT_EQ(broker.loading.held(), 2u);
    broker.loading.run_next();
    EXPECT_EQ(row.ask(broker.groups), row.while_loading);
    broker.loading.run_next();
    EXPECT_EQ(row.ask(broker.groups), row.loaded);
  }
}
// Each waits for something else: a follower, the time of the first members, the leader's
// assignment.
TEST(GroupCoordinator, WhoWaitsWhenTheOfficeEndsIsToldSo) {
  OffsetsBroker broker;
  broker.lead_here(1, 5, {1, 2});
  broker.loading.run_all();
  const Told committing = commit(broker.groups, "e", "", -1);
  const Told joining = join(broker.groups, "i", "");
  const Told leader = join(broker.groups, "g", "a");
  ASSERT_EQ(*leader, "waits");
  ASSERT_THAT(*join(broker.groups, "g", "b"), StartsWith("NONE to b, generation 4"));
  const Told syncing = sync(broker.groups, "b", 4);
  for (const Told& told : {committing, joining, syncing}) ASSERT_EQ(*told, "waits");
  broker.lead_elsewhere(1, 6);
  EXPECT_EQ(*committing, "each: NOT_COORDINATOR NOT_COORDINATOR");
  EXPECT_THAT(*joining, StartsWith("NOT_COORDINATOR to client-"));
  EXPECT_EQ(*syncing, "NOT_COORDINATOR");
}

}  // namespace
}  // namespace barnabas::group
