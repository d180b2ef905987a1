// Static members (group.instance.id): who holds an instance, and who is fenced.
#include <gtest/gtest.h>

#include "tests/unit/coordinator/group/coordinator.h"

namespace barnabas::group {
namespace {

using enum GroupState;

TEST(StaticMember, RejoinWithAnInstanceThatAnotherMemberHoldsIsFenced) {
  Coordinator c;
  const auto ids = c.stable_group({{.instance = "i"}, {.client = "b"}});
  EXPECT_EQ(c.joined(c.join({.member_id = "old", .instance = "i"})).error,
            ErrorCode::kFencedInstanceId);
  EXPECT_EQ(c.joined(c.join({.member_id = ids[1], .instance = "i"})).error,
            ErrorCode::kFencedInstanceId);
}
TEST(StaticMember, RejoinWithAnInstanceThatNobodyHoldsIsUnknown) {
  Coordinator c;
  const auto ids = c.stable({"a"});
  EXPECT_EQ(c.joined(c.join({.member_id = ids[0], .instance = "i"})).error,
            ErrorCode::kUnknownMemberId);
}
TEST(StaticMember, RejoinWithItsIdIsThatOfAnyMember) {
  Coordinator c;
  const auto ids = c.stable_group({{.client = "a"}, {.instance = "i"}});
  const JoinAnswer answer = c.joined(c.join({.member_id = ids[1], .instance = "i"}));
  EXPECT_EQ(answer.generation, GenerationId(1));
  EXPECT_EQ(answer.member_id, ids[1]);
}
TEST(StaticMember, NewInstanceRebalances) {
  Coordinator c;
  c.stable_group({{.instance = "i"}});
  EXPECT_TRUE(c.waits(c.join({.instance = "j"})));
  EXPECT_EQ(c.state(), kPreparingRebalance);
}
TEST(StaticMember, MayBeAwayForItsSessionTimeout) {
  Coordinator c;
  const auto ids = c.stable_group({{.client = "a", .session_ms = 1800000}, {.instance = "i"}});
  c.pass(9999);
  EXPECT_EQ(c.state(), kStable);
  c.pass(1);
  EXPECT_EQ(c.state(), kPreparingRebalance);
  EXPECT_FALSE(c.group().static_member("i"));
}
TEST(StaticMember, ThatWasRemovedMayComeAgainUnderItsInstance) {
  Coordinator c;
  const auto ids = c.stable_group({{.instance = "i"}});
  c.leave(ids[0]);
  const RequestId join = c.join({.instance = "i"});
  c.pass(3000);
  EXPECT_EQ(c.joined(join).member_id, "i-2");
}
TEST(StaticMember, IsLoadedWithItsInstance) {
  Coordinator before;
  const auto ids = before.stable_group({{.instance = "i"}});
  Coordinator c = before.after_failover();
  EXPECT_EQ(c.heartbeat(ids[0], 1, "i"), ErrorCode::kNone);
  EXPECT_EQ(c.heartbeat("other", 1, "i"), ErrorCode::kFencedInstanceId);
}

}  // namespace
}  // namespace barnabas::group
