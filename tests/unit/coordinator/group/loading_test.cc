// Becoming and ceasing to be the coordinator of a partition.
#include <gtest/gtest.h>

#include "tests/unit/coordinator/group/coordinator.h"

namespace barnabas::group {
namespace {

using enum GroupState;

OffsetEntry offset_entry(std::int64_t offset) {
  return {"g", kT0, CommittedOffset{.offset = Offset(offset)}};
}
const OffsetEntry kOffsetTombstone{"g", kT0, std::nullopt};
GroupEntry group_entry(std::int32_t generation, const std::vector<std::string>& members,
                       const std::optional<std::string>& leader = std::nullopt) {
  GroupRecord record;
  record.protocol_type = "consumer";
  record.generation = GenerationId(generation);
  record.leader = leader;
  if (!members.empty()) record.protocol = "range";
  for (const std::string& id : members) {
    record.members.push_back({.member_id = id, .session_timeout = milliseconds(10000)});
  }
  return {"g", record};
}

// Reads records in the order of the log, each a batch of its own.
class Loading {
 public:
  Loading& record(const Entry& entry) {
    c.core.replay(entry, {Offset(next_++), std::nullopt}, c.now);
    return *this;
  }
  Loading& in_transaction(std::int64_t producer, const Entry& entry) {
    c.core.replay(entry, {Offset(next_++), ProducerId(producer)}, c.now);
    return *this;
  }
  Loading& marker(std::int64_t producer, bool commit) {
    ++next_;
    c.core.replay_end_of_transaction(ProducerId(producer), commit);
    return *this;
  }
  Coordinator& end() {
    Effects effects;
    c.core.on_loaded(c.now, effects);
    return c;
  }

 private:
  Coordinator c;
  std::int64_t next_ = 0;
};

// ---- offsets

TEST(Loading, LaterOffsetWins) {
  EXPECT_EQ(Loading().record(offset_entry(9)).record(offset_entry(5)).end().offset(kT0), 5);
}
TEST(Loading, LaterOffsetOfOneBatchWins) {
  Coordinator c;
  c.core.replay(offset_entry(9), {Offset(3), std::nullopt}, c.now);
  c.core.replay(offset_entry(5), {Offset(3), std::nullopt}, c.now);
  EXPECT_EQ(c.offset(kT0), 5);
}
TEST(Loading, OffsetTombstoneForgets) {
  Loading loading;
  Coordinator& c = loading.record(offset_entry(9)).record(kOffsetTombstone).end();
  EXPECT_FALSE(c.has_group());
}
TEST(Loading, OffsetsWithoutAGroupAreAnEmptyGroup) {
  Loading loading;
  Coordinator& c = loading.record(offset_entry(9)).end();
  EXPECT_EQ(c.state(), kEmpty);
  EXPECT_EQ(c.group().generation(), GenerationId(0));
  EXPECT_FALSE(c.group().protocol_type());
}
TEST(Loading, OffsetsOfADeletedGroupThatCameLaterStay) {
  Loading loading;
  Coordinator& c = loading.record(group_entry(3, {}))
                       .record(GroupEntry{"g", std::nullopt})
                       .record(offset_entry(9))
                       .end();
  EXPECT_EQ(c.offset(kT0), 9);
  EXPECT_FALSE(c.group().protocol_type());
}
TEST(Loading, UnknownEntriesArePassedOver) {
  Loading loading;
  EXPECT_TRUE(loading.record(UnknownEntry{3}).end().core.groups().empty());
}

// ---- transactions

TEST(Loading, TransactionalOffsetCountsWithItsCommitMarker) {
  Loading loading;
  Coordinator& c = loading.in_transaction(1, offset_entry(9)).marker(1, true).end();
  EXPECT_EQ(c.offset(kT0), 9);
}
TEST(Loading, TransactionalOffsetIsGoneWithItsAbortMarker) {
  Loading loading;
  Coordinator& c = loading.in_transaction(1, offset_entry(9)).marker(1, false).end();
  EXPECT_FALSE(c.has_group());
}
TEST(Loading, TransactionalOffsetWithoutMarkerStaysPending) {
  Loading loading;
  Coordinator& c = loading.record(offset_entry(5)).in_transaction(1, offset_entry(9)).end();
  EXPECT_EQ(c.offset(kT0), 5);
  EXPECT_EQ(c.fetch(kT0, true).error, ErrorCode::kUnstableOffsetCommit);
  c.core.replay_end_of_transaction(ProducerId(1), true);
  EXPECT_EQ(c.offset(kT0), 9);
}
TEST(Loading, GroupThatHasOnlyPendingTransactionsIsThere) {
  Loading loading;
  Coordinator& c = loading.in_transaction(1, offset_entry(9)).end();
  EXPECT_EQ(c.state(), kEmpty);
  c.expire_offsets();
  EXPECT_TRUE(c.has_group());
}
TEST(Loading, TransactionsOfTwoProducersEndEachForItself) {
  Loading loading;
  Coordinator& c = loading.in_transaction(1, offset_entry(8))
                       .in_transaction(2, offset_entry(9))
                       .marker(2, false)
                       .marker(1, true)
                       .end();
  EXPECT_EQ(c.offset(kT0), 8);
}
// The position of the record in the log counts, not that of the marker.
TEST(Loading, OffsetCommittedAfterATransactionalOneOutlivesItsMarker) {
  Loading loading;
  Coordinator& c =
      loading.in_transaction(1, offset_entry(8)).record(offset_entry(5)).marker(1, true).end();
  EXPECT_EQ(c.offset(kT0), 5);
}
TEST(Loading, LaterOffsetOfOneTransactionWins) {
  Loading loading;
  Coordinator& c = loading.in_transaction(1, offset_entry(8))
                       .in_transaction(1, offset_entry(7))
                       .marker(1, true)
                       .end();
  EXPECT_EQ(c.offset(kT0), 7);
}
TEST(Loading, TransactionalTombstoneForgetsThePendingOne) {
  Loading loading;
  Coordinator& c = loading.record(offset_entry(5))
                       .in_transaction(1, offset_entry(8))
                       .in_transaction(1, kOffsetTombstone)
                       .marker(1, true)
                       .end();
  EXPECT_EQ(c.offset(kT0), 5);
}

// ---- groups

TEST(Loading, GroupWithMembersIsStable) {
  Loading loading;
  Coordinator& c = loading.record(group_entry(3, {"a", "b"}, "b")).end();
  EXPECT_EQ(c.state(), kStable);
  EXPECT_EQ(c.group().generation(), GenerationId(3));
  EXPECT_EQ(c.group().leader(), "b");
  EXPECT_EQ(c.heartbeat("a", 3), ErrorCode::kNone);
}
TEST(Loading, GroupWithoutMembersIsEmpty) {
  Loading loading;
  Coordinator& c = loading.record(group_entry(3, {})).end();
  EXPECT_EQ(c.state(), kEmpty);
  EXPECT_EQ(c.group().generation(), GenerationId(3));
}
TEST(Loading, LaterGenerationReplacesTheMembers) {
  Loading loading;
  Coordinator& c =
      loading.record(group_entry(3, {"a", "b"}, "a")).record(group_entry(4, {"b", "c"}, "b")).end();
  EXPECT_EQ(c.group().members().size(), 2u);
  EXPECT_FALSE(c.group().members().contains("a"));
  EXPECT_EQ(c.group().leader(), "b");
}
TEST(Loading, LaterRecordOfAGroupReplacesWhatItsMembersSaid) {
  GroupEntry later = group_entry(4, {"a"}, "a");
  later.value->protocol = "sticky";
  later.value->members[0].instance_id = "i";
  Loading loading;
  Coordinator& c = loading.record(group_entry(3, {"a"}, "a")).record(later).end();
  EXPECT_EQ(c.core.describe("g").protocol, "sticky");
  EXPECT_EQ(*c.group().static_member("i"), "a");
}
TEST(Loading, GroupTombstoneForgetsTheGroupButNotItsOffsets) {
  Loading loading;
  Coordinator& c = loading.record(offset_entry(9))
                       .record(group_entry(3, {"a"}, "a"))
                       .record(GroupEntry{"g", std::nullopt})
                       .end();
  EXPECT_EQ(c.state(), kEmpty);
  EXPECT_EQ(c.group().generation(), GenerationId(0));
  EXPECT_EQ(c.offset(kT0), 9);
}
TEST(Loading, GroupWithoutALeaderIsLedByAMember) {
  Loading loading;
  Coordinator& c = loading.record(group_entry(3, {"a", "b"})).end();
  EXPECT_EQ(c.group().leader(), "a");
  EXPECT_EQ(c.heartbeat("b", 3), ErrorCode::kNone);
}
TEST(Loading, GroupLedByAStrangerIsLedByAMember) {
  Loading loading;
  EXPECT_EQ(loading.record(group_entry(3, {"a"}, "x")).end().group().leader(), "a");
}
TEST(Loading, MembersSessionsBegin) {
  Loading loading;
  Coordinator& c = loading.record(group_entry(3, {"a"}, "a")).end();
  c.pass(9999);
  EXPECT_EQ(c.state(), kStable);
  c.pass(1);
  EXPECT_EQ(c.state(), kEmpty);
}
TEST(Loading, MemberThatRejoinsUnchangedNeedsNoRebalance) {
  Coordinator before;
  const auto ids = before.stable({"a", "b"});
  Coordinator c = before.after_failover();
  EXPECT_EQ(c.joined(c.join({.member_id = ids[1]})).generation, GenerationId(1));
  EXPECT_EQ(c.synced(c.sync(ids[1], 1)).assignment, "for " + ids[1]);
}
TEST(Loading, RebalanceThatWasUnderWayIsForgotten) {
  Coordinator before;
  const auto ids = before.stable({"a", "b"});
  before.join({.member_id = ids[0]});
  before.join({.member_id = ids[1]});
  ASSERT_EQ(before.group().generation(), GenerationId(2));
  Coordinator c = before.after_failover();
  EXPECT_EQ(c.group().generation(), GenerationId(1));
  EXPECT_EQ(c.heartbeat(ids[0], 2), ErrorCode::kIllegalGeneration);
}

// ---- unloading

TEST(Unloading, AnswersJoinsThatWait) {
  Coordinator c;
  const RequestId first = c.join({.client = "a"});
  const RequestId second = c.join({.client = "b"});
  c.unload();
  EXPECT_EQ(c.joined(first).error, ErrorCode::kNotCoordinator);
  EXPECT_EQ(c.joined(first).member_id, "a-1");
  EXPECT_EQ(c.joined(second).error, ErrorCode::kNotCoordinator);
  EXPECT_TRUE(c.core.groups().empty());
  EXPECT_FALSE(c.core.next_deadline());
}
TEST(Unloading, AnswersSyncsThatWait) {
  Coordinator c;
  const auto ids = c.completing({"a", "b"});
  const RequestId sync = c.sync(ids[1], 1);
  c.unload();
  EXPECT_EQ(c.synced(sync).error, ErrorCode::kNotCoordinator);
}
TEST(Unloading, AnswersASyncWhoseAssignmentIsBeingStored) {
  Coordinator c;
  const auto ids = c.completing({"a"});
  c.stores_at_once = false;
  const RequestId sync = c.sync(ids[0], 1);
  c.unload();
  EXPECT_EQ(c.synced(sync).error, ErrorCode::kNotCoordinator);
  c.stored(ErrorCode::kNotLeaderOrFollower);
  EXPECT_FALSE(c.has_group());
}
TEST(Unloading, AnswersAStaticMemberWhoseReplacementIsBeingStored) {
  Coordinator c;
  c.stable_group({{.instance = "i"}});
  c.stores_at_once = false;
  const RequestId join = c.join({.instance = "i"});
  c.unload();
  EXPECT_EQ(c.joined(join).error, ErrorCode::kNotCoordinator);
  c.stored();
}
TEST(Unloading, LeavesCommitsToTheLog) {
  for (const auto& [error, told] :
       {std::pair(ErrorCode::kNone, ErrorCode::kNone),
        std::pair(ErrorCode::kNotLeaderOrFollower, ErrorCode::kNotCoordinator)}) {
    Coordinator c;
    c.stores_at_once = false;
    const RequestId commit = c.commit({}, {{}});
    c.unload();
    EXPECT_TRUE(c.waits(commit)) << "it may be in the log, or not";
    c.stored(error);
    EXPECT_EQ(c.committed(commit), std::vector<ErrorCode>{told});
  }
}

}  // namespace
}  // namespace barnabas::group
