#include <limits>

#include "broker/protocol/error_code.h"
#include "broker/protocol/messages/offset_delete.h"
#include "broker/protocol/messages/offset_fetch.h"
#include "tests/unit/api/group_broker.h"

namespace barnabas::api {
namespace {

using namespace protocol;
using testing::ElementsAre;
using Partition = OffsetFetchResponse::OffsetFetchResponsePartitions;

class GroupOffsets : public ::testing::Test {
 protected:
  void SetUp() override { broker_.start_with_groups(); }

  static OffsetFetchRequest fetch_request(std::string_view group, std::int16_t version,
                                          std::string_view topic,
                                          std::vector<std::int32_t> partitions) {
    OffsetFetchRequest request;
    if (version >= 8) {
      auto& asked = request.groups.emplace_back();
      asked.group_id = group;
      asked.topics->push_back({topic, std::move(partitions)});
    } else {
      request.group_id = group;
      request.topics->push_back({topic, std::move(partitions)});
    }
    return request;
  }

  // What a group has committed for one partition of "events".
  Partition fetch(std::string_view group, std::int16_t version, std::int32_t partition = 0,
                  std::string_view topic = "events") {
    return only(broker_.ask<OffsetFetchResponse>(fetch_request(group, version, topic, {partition}),
                                                 version),
                version);
  }

  static Partition only(const OffsetFetchResponse& response, std::int16_t version) {
    if (version >= 8) {
      EXPECT_EQ(response.groups.at(0).error_code, ErrorCode::kNone);
      return response.groups.at(0).topics.at(0).partitions.at(0);
    }
    EXPECT_EQ(response.error_code, ErrorCode::kNone);
    const auto& told = response.topics.at(0).partitions.at(0);
    return {told.partition_index, told.committed_offset, told.committed_leader_epoch, told.metadata,
            told.error_code};
  }

  GroupBroker broker_;
};

TEST_F(GroupOffsets, WhatEveryVersionCommitsEveryVersionFetches) {
  for (std::int16_t version = 1; version <= 9; ++version) {
    const std::string group = "g-" + std::to_string(version);
    auto request = GroupBroker::commit_request(group, {{"events", 1, 100 + version, "note"}});
    if (version >= 6) request.topics[0].partitions[0].committed_leader_epoch = 3;
    EXPECT_THAT(broker_.commit(request, version), ElementsAre(ErrorCode::kNone)) << version;
    for (std::int16_t fetched_by = 1; fetched_by <= 9; ++fetched_by) {
      const Partition told = fetch(group, fetched_by, 1);
      EXPECT_EQ(told.partition_index, 1);
      EXPECT_EQ(told.error_code, ErrorCode::kNone);
      EXPECT_EQ(told.committed_offset, 100 + version);
      EXPECT_EQ(told.metadata, "note");
      if (fetched_by >= 5) {
        EXPECT_EQ(told.committed_leader_epoch, version >= 6 ? 3 : -1);
      }
    }
  }
}

TEST_F(GroupOffsets, PartitionWithoutAnOffsetHasMinusOne) {
  for (std::int16_t version = 1; version <= 9; ++version) {
    const Partition told = fetch("none", version);
    EXPECT_EQ(told.committed_offset, -1) << version;
    EXPECT_EQ(told.metadata, "") << version;
    EXPECT_EQ(told.error_code, ErrorCode::kNone) << version;
  }
}

TEST_F(GroupOffsets, AllOffsetsOfAGroupAreFetchedByNamingNone) {
  broker_.commit(GroupBroker::commit_request("g", {{"events", 0, 5}, {"events", 1, 6}}), 9);
  for (std::int16_t version = 2; version <= 9; ++version) {
    OffsetFetchRequest request;
    if (version >= 8) {
      request.groups.emplace_back().group_id = "g";
      request.groups[0].topics = std::nullopt;
      const auto told = broker_.ask<OffsetFetchResponse>(request, version);
      ASSERT_EQ(told.groups.at(0).topics.size(), 1u) << version;
      EXPECT_EQ(told.groups[0].topics[0].partitions.size(), 2u) << version;
    } else {
      request.group_id = "g";
      request.topics = std::nullopt;
      const auto told = broker_.ask<OffsetFetchResponse>(request, version);
      ASSERT_EQ(told.topics.size(), 1u) << version;
      EXPECT_EQ(told.topics[0].partitions.size(), 2u) << version;
    }
  }
}

TEST_F(GroupOffsets, SeveralGroupsAreFetchedAtOnce) {
  broker_.commit(GroupBroker::commit_request("a", {{"events", 0, 1}}), 9);
  broker_.commit(GroupBroker::commit_request("b", {{"events", 0, 2}}), 9);
  OffsetFetchRequest request;
  for (const std::string_view group : {"a", "none", "b"}) {
    auto& asked = request.groups.emplace_back();
    asked.group_id = group;
    asked.topics->push_back({"events", {0}});
  }
  const auto told = broker_.ask<OffsetFetchResponse>(request, 9);
  ASSERT_EQ(told.groups.size(), 3u);
  EXPECT_EQ(told.groups[0].topics.at(0).partitions.at(0).committed_offset, 1);
  EXPECT_EQ(told.groups[1].topics.at(0).partitions.at(0).committed_offset, -1);
  EXPECT_EQ(told.groups[2].topics.at(0).partitions.at(0).committed_offset, 2);
}

// A small request does not ask for an answer of any size.
TEST_F(GroupOffsets, WhatIsNamedTwiceIsAnsweredOnce) {
  broker_.commit(GroupBroker::commit_request("g", {{"events", 0, 1}}), 9);
  for (const std::int16_t version : {7, 9}) {
    auto request = fetch_request("g", version, "events", {0, 1, 0, 0});
    if (version >= 8) {
      request.groups[0].topics->push_back({"events", {1}});
      request.groups.push_back(request.groups[0]);
    } else {
      request.topics->push_back({"events", {1}});
    }
    const auto told = broker_.ask<OffsetFetchResponse>(request, version);
    ASSERT_EQ(told.groups.size(), version >= 8 ? 1u : 0u);
    const std::size_t partitions = version >= 8 ? told.groups[0].topics.at(0).partitions.size()
                                                : told.topics.at(0).partitions.size();
    EXPECT_EQ(partitions, 2u) << version;
  }
}

TEST_F(GroupOffsets, CommitOfAnUnknownPartitionIsRefusedAndTheOthersHold) {
  for (std::int16_t version = 0; version <= 9; ++version) {
    const auto request = GroupBroker::commit_request(
        "g", {{"events", 2, 1}, {"none", 0, 1}, {"events", 1, 20 + version}, {"events", -1, 1}});
    EXPECT_THAT(
        broker_.commit(request, version),
        ElementsAre(ErrorCode::kUnknownTopicOrPartition, ErrorCode::kUnknownTopicOrPartition,
                    ErrorCode::kNone, ErrorCode::kUnknownTopicOrPartition))
        << version;
    EXPECT_EQ(fetch("g", version == 0 ? 0 : 9, 1).committed_offset, 20 + version) << version;
  }
}

TEST_F(GroupOffsets, LastOneOfSeveralCommitsOfAPartitionCounts) {
  const auto request =
      GroupBroker::commit_request("g", {{"events", 0, 1}, {"events", 1, 7}, {"events", 0, 2}});
  EXPECT_THAT(broker_.commit(request, 9),
              ElementsAre(ErrorCode::kNone, ErrorCode::kNone, ErrorCode::kNone));
  EXPECT_EQ(fetch("g", 9, 0).committed_offset, 2);
  EXPECT_EQ(fetch("g", 9, 1).committed_offset, 7);
}

TEST_F(GroupOffsets, MetadataMayBeMissingButNotTooLong) {
  const std::string longest(4096, 'x');
  const std::string too_long(4097, 'x');
  for (std::int16_t version = 0; version <= 9; ++version) {
    const auto request = GroupBroker::commit_request(
        "g", {{"events", 0, 1, std::nullopt}, {"events", 1, 1, too_long}});
    EXPECT_THAT(broker_.commit(request, version),
                ElementsAre(ErrorCode::kNone, ErrorCode::kOffsetMetadataTooLarge))
        << version;
    EXPECT_THAT(
        broker_.commit(GroupBroker::commit_request("g", {{"events", 0, 1, longest}}), version),
        ElementsAre(ErrorCode::kNone));
  }
}

TEST_F(GroupOffsets, CommitOfAMemberHasToBeOfItsGeneration) {
  const auto member = broker_.join("g");
  for (std::int16_t version = 1; version <= 9; ++version) {
    auto request = GroupBroker::commit_request("g", {{"events", 0, 1}});
    request.member_id = member.member_id;
    request.generation_id_or_member_epoch = member.generation;
    EXPECT_THAT(broker_.commit(request, version), ElementsAre(ErrorCode::kNone)) << version;
    request.generation_id_or_member_epoch = member.generation - 1;
    EXPECT_THAT(broker_.commit(request, version), ElementsAre(ErrorCode::kIllegalGeneration));
    request.member_id = "stranger";
    EXPECT_THAT(broker_.commit(request, version), ElementsAre(ErrorCode::kUnknownMemberId));
  }
}

// Version 1 tells when it was committed, versions 2 to 4 how long it is to be kept.
TEST_F(GroupOffsets, TimesOfOldCommitsAreStored) {
  const auto stored = [&](std::string_view group) {
    group::CommittedOffset value;
    const auto shard = broker_.node().groups().shard(*broker_.node().groups().partition_for(group));
    shard->inspect([&](const group::GroupCoordinatorCore& core) {
      value = *core.groups().find(group)->second.offsets().find({"events", PartitionId(0)});
    });
    return value;
  };
  auto request = GroupBroker::commit_request("v1", {{"events", 0, 1}});
  request.topics[0].partitions[0].commit_timestamp = 1234;
  broker_.commit(request, 1);
  EXPECT_EQ(stored("v1").commit_timestamp, 1234);
  EXPECT_FALSE(stored("v1").expire_timestamp);

  auto kept = GroupBroker::commit_request("v2", {{"events", 0, 1}});
  kept.retention_time_ms = 60000;
  broker_.commit(kept, 2);
  EXPECT_EQ(stored("v2").expire_timestamp, stored("v2").commit_timestamp + 60000);

  broker_.commit(GroupBroker::commit_request("v3", {{"events", 0, 1}}), 3);
  EXPECT_FALSE(stored("v3").expire_timestamp);
}

TEST_F(GroupOffsets, OldestVersionsKeepThemInZooKeeper) {
  const auto path = "/consumers/old/offsets/events/1";
  EXPECT_EQ(fetch("old", 0, 1).error_code, ErrorCode::kUnknownTopicOrPartition);
  EXPECT_EQ(fetch("old", 0, 1).committed_offset, -1);
  EXPECT_THAT(broker_.commit(GroupBroker::commit_request("old", {{"events", 1, 42}}), 0),
              ElementsAre(ErrorCode::kNone));
  EXPECT_EQ(broker_.znode(path), "42");
  EXPECT_THAT(broker_.commit(GroupBroker::commit_request("old", {{"events", 1, 43}}), 0),
              ElementsAre(ErrorCode::kNone));
  EXPECT_EQ(broker_.znode(path), "43");
  const Partition told = fetch("old", 0, 1);
  EXPECT_EQ(told.committed_offset, 43);
  EXPECT_EQ(told.error_code, ErrorCode::kNone);
  EXPECT_EQ(fetch("old", 0, 7).error_code, ErrorCode::kUnknownTopicOrPartition);
  // The group coordinator has not heard of it.
  EXPECT_EQ(fetch("old", 1, 1).committed_offset, -1);
}

TEST_F(GroupOffsets, RubbishInZooKeeperIsAnErrorOfItsPartition) {
  broker_.commit(GroupBroker::commit_request("old", {{"events", 0, 5}, {"events", 1, 6}}), 0);
  broker_.set_znode("/consumers/old/offsets/events/0", "5 oranges");
  EXPECT_EQ(fetch("old", 0, 0).error_code, ErrorCode::kUnknownServerError);
  EXPECT_EQ(fetch("old", 0, 1).committed_offset, 6);
}

TEST_F(GroupOffsets, DeletedOffsetsAreGone) {
  broker_.commit(GroupBroker::commit_request("g", {{"events", 0, 5}, {"events", 1, 6}}), 9);
  OffsetDeleteRequest request;
  request.group_id = "g";
  request.topics = {{"events", {{0}, {9}}}, {"none", {{0}}}};
  const auto deleted = broker_.ask<OffsetDeleteResponse>(request, 0);
  EXPECT_EQ(deleted.error_code, ErrorCode::kNone);
  ASSERT_EQ(deleted.topics.size(), 2u);
  EXPECT_EQ(deleted.topics[0].partitions.at(0).error_code, ErrorCode::kNone);
  EXPECT_EQ(deleted.topics[0].partitions.at(1).error_code, ErrorCode::kUnknownTopicOrPartition);
  EXPECT_EQ(deleted.topics[1].partitions.at(0).error_code, ErrorCode::kUnknownTopicOrPartition);
  EXPECT_EQ(fetch("g", 9, 0).committed_offset, -1);
  EXPECT_EQ(fetch("g", 9, 1).committed_offset, 6);
}

TEST_F(GroupOffsets, DeletionThatTheGroupForbidsSaysSoOnce) {
  OffsetDeleteRequest request;
  request.group_id = "none";
  request.topics = {{"events", {{0}}}};
  auto deleted = broker_.ask<OffsetDeleteResponse>(request, 0);
  EXPECT_EQ(deleted.error_code, ErrorCode::kGroupIdNotFound);
  EXPECT_TRUE(deleted.topics.empty());
  request.group_id = "";
  deleted = broker_.ask<OffsetDeleteResponse>(request, 0);
  EXPECT_EQ(deleted.error_code, ErrorCode::kInvalidGroupId);
}

// What is wrong with a whole group is told where its version can say so.
TEST(OffsetsOfABrokerWithoutOffsetsTopic, AreNotAvailable) {
  GroupBroker broker;
  broker.start();
  for (std::int16_t version = 1; version <= 9; ++version) {
    OffsetFetchRequest request;
    if (version >= 8) {
      auto& asked = request.groups.emplace_back();
      asked.group_id = "g";
      asked.topics->push_back({"events", {0, 1}});
    } else {
      request.group_id = "g";
      request.topics->push_back({"events", {0, 1}});
    }
    const auto told = broker.ask<OffsetFetchResponse>(request, version);
    if (version >= 8) {
      EXPECT_EQ(told.groups.at(0).error_code, ErrorCode::kCoordinatorNotAvailable);
      EXPECT_TRUE(told.groups[0].topics.empty());
    } else if (version >= 2) {
      EXPECT_EQ(told.error_code, ErrorCode::kCoordinatorNotAvailable) << version;
      EXPECT_TRUE(told.topics.empty()) << version;
    } else {
      ASSERT_EQ(told.topics.at(0).partitions.size(), 2u);
      for (const auto& partition : told.topics[0].partitions) {
        EXPECT_EQ(partition.error_code, ErrorCode::kCoordinatorNotAvailable);
        EXPECT_EQ(partition.committed_offset, -1);
      }
    }
  }
}

}  // namespace
}  // namespace barnabas::api
