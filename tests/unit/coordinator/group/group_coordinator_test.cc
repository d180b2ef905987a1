// What each API is told of a group whose partition of __consumer_offsets is being loaded here, and
// of one whose partition is not led here; and that both leave no trace.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "tests/unit/coordinator/group/offsets_broker.h"
#include "zkclient/documents.h"
#include "zkclient/paths.h"

namespace barnabas::group {
namespace {

using testing::StartsWith;

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

// ---- How many partitions there are

// The broker's ZooKeeper server may lag behind the one of the controller, and then nothing happens
// for hours that would make anybody ask again.
TEST(GroupCoordinator, CountOfPartitionsIsAskedForUntilItIsTheTopicsOwn) {
  OffsetsBroker broker;
  broker.groups.set_partition_count(0);
  const auto topic = std::make_shared<replica::TopicMetadata>(
      replica::TopicMetadata{std::string(kOffsetsTopic), replica::kTopicId, {}});
  replica::MetadataSnapshot metadata;
  metadata.topics.emplace(kOffsetsTopic, topic);
  broker.groups.on_metadata_update(metadata, {});
  broker.run_for(seconds(1));
  EXPECT_EQ(broker.groups.partition_for("g"), std::nullopt) << "it is not there yet";

  const std::string path = zk::paths::topic(kOffsetsTopic);
  const auto znode = [](const Uuid& id, std::int32_t partitions) {
    zk::TopicZnode written;
    written.topic_id = id;
    for (std::int32_t i = 0; i < partitions; ++i) {
      written.partitions[PartitionId(i)] = {BrokerId(1)};
    }
    return written.encode();
  };
  for (const std::string_view parent : {"/brokers", "/brokers/topics"}) {
    broker.zookeeper->create(std::string(parent), "", zk::CreateMode::kPersistent,
                             [](const zk::CreateAnswer&) {});
  }
  broker.zookeeper->create(path, znode(Uuid{{8}}, 7), zk::CreateMode::kPersistent,
                           [](const zk::CreateAnswer& answer) { EXPECT_TRUE(answer.ok()); });
  broker.run_for(seconds(1));
  EXPECT_EQ(broker.groups.partition_for("g"), std::nullopt) << "a topic that has been deleted";

  broker.zookeeper->set_data(path, znode(replica::kTopicId, 2), zk::kAnyVersion,
                             [](const zk::StatAnswer& answer) { EXPECT_TRUE(answer.ok()); });
  broker.run_for(seconds(1));
  EXPECT_EQ(broker.groups.partition_count(), 2);
  EXPECT_EQ(broker.groups.partition_for("g"), PartitionId(1));
}

TEST(GroupCoordinator, WhileTheTopicIsGoneNobodyIsCoordinated) {
  OffsetsBroker broker;
  broker.groups.on_metadata_update({}, {});
  EXPECT_EQ(broker.groups.partition_for("g"), std::nullopt);
  EXPECT_EQ(fetch_offsets(broker.groups, "g"), "COORDINATOR_NOT_AVAILABLE");
}

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
