// DescribeGroups and ListGroups.
#include <gtest/gtest.h>

#include "tests/unit/coordinator/group/coordinator.h"

namespace barnabas::group {
namespace {

using enum GroupState;

TEST(DescribeGroup, UnknownIsDead) {
  const GroupDescription description = Coordinator().core.describe("g");
  EXPECT_EQ(description.state, kDead);
  EXPECT_EQ(description.protocol_type, "");
  EXPECT_TRUE(description.members.empty());
}
TEST(DescribeGroup, StableTellsEverything) {
  Coordinator c;
  const auto ids = c.stable_group({{.client = "a"}, {.client = "b", .instance = "i"}});
  const GroupDescription description = c.core.describe("g");
  EXPECT_EQ(description.state, kStable);
  EXPECT_EQ(description.protocol_type, "consumer");
  EXPECT_EQ(description.protocol, "range");
  ASSERT_EQ(description.members.size(), 2u);
  const auto& member = description.members[1];
  EXPECT_EQ(member.member_id, ids[1]);
  EXPECT_EQ(member.instance_id, "i");
  EXPECT_EQ(member.client_id, "b");
  EXPECT_EQ(member.client_host, "/127.0.0.1");
  EXPECT_EQ(member.metadata, "m");
  EXPECT_EQ(member.assignment, "for " + ids[1]);
}
TEST(DescribeGroup, DuringARebalanceTellsNoProtocolMetadataOrAssignment) {
  Coordinator c;
  const auto ids = c.stable({"a", "b"});
  const auto expect_bare = [&](GroupState state) {
    const GroupDescription description = c.core.describe("g");
    EXPECT_EQ(description.state, state);
    EXPECT_EQ(description.protocol_type, "consumer");
    EXPECT_EQ(description.protocol, "");
    ASSERT_EQ(description.members.size(), 2u);
    EXPECT_EQ(description.members[0].client_id, "a");
    EXPECT_EQ(description.members[0].metadata, "");
    EXPECT_EQ(description.members[0].assignment, "");
  };
  c.join({.member_id = ids[0]});
  expect_bare(kPreparingRebalance);
  c.join({.member_id = ids[1]});
  expect_bare(kCompletingRebalance);
}
TEST(DescribeGroup, EmptyKeepsItsProtocolType) {
  Coordinator c;
  c.emptied_group();
  EXPECT_EQ(c.core.describe("g").state, kEmpty);
  EXPECT_EQ(c.core.describe("g").protocol_type, "consumer");
}
TEST(ListGroups, TellsAllOfThem) {
  Coordinator c;
  c.stable({"a"});
  c.commit({.group = "alone"}, {{}});
  const auto groups = c.core.overview();
  ASSERT_EQ(groups.size(), 2u);
  EXPECT_EQ(groups[0].group, "alone");
  EXPECT_EQ(groups[0].protocol_type, "");
  EXPECT_EQ(groups[0].state, kEmpty);
  EXPECT_EQ(groups[1].group, "g");
  EXPECT_EQ(groups[1].protocol_type, "consumer");
  EXPECT_EQ(groups[1].state, kStable);
}
TEST(GroupState, IsNamedAsKafkasToolsPrintIt) {
  EXPECT_EQ(name_of(kEmpty), "Empty");
  EXPECT_EQ(name_of(kPreparingRebalance), "PreparingRebalance");
  EXPECT_EQ(name_of(kCompletingRebalance), "CompletingRebalance");
  EXPECT_EQ(name_of(kStable), "Stable");
  EXPECT_EQ(name_of(kDead), "Dead");
}

}  // namespace
}  // namespace barnabas::group
