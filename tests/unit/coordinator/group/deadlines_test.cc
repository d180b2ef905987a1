#include "broker/coordinator/group/core/deadlines.h"

#include <gtest/gtest.h>

namespace barnabas::group {
namespace {

Time at(std::int64_t ms) {
  return Time{milliseconds(ms)};
}
constexpr DeadlineKeyView kA{DeadlineKind::kSession, "g", "a"};
constexpr DeadlineKeyView kB{DeadlineKind::kSession, "g", "b"};

std::vector<std::string> due(Deadlines& deadlines, std::int64_t ms) {
  std::vector<std::string> members;
  for (const DeadlineKey& key : deadlines.take_due(at(ms))) members.push_back(key.member);
  return members;
}
using Members = std::vector<std::string>;

TEST(Deadlines, NothingIsDueWhereNothingIsSet) {
  Deadlines deadlines;
  EXPECT_FALSE(deadlines.next());
  EXPECT_TRUE(due(deadlines, 1000).empty());
}
TEST(Deadlines, AreDueAtTheirMomentAndOnce) {
  Deadlines deadlines;
  deadlines.set(kA, at(10));
  EXPECT_EQ(deadlines.next(), at(10));
  EXPECT_TRUE(due(deadlines, 9).empty());
  EXPECT_EQ(due(deadlines, 10), Members{"a"});
  EXPECT_FALSE(deadlines.contains(kA));
  EXPECT_TRUE(due(deadlines, 1000).empty());
}
TEST(Deadlines, AreTakenInTheOrderOfTime) {
  Deadlines deadlines;
  deadlines.set(kA, at(20));
  deadlines.set(kB, at(10));
  EXPECT_EQ(due(deadlines, 30), (Members{"b", "a"}));
}
TEST(Deadlines, OfOneMomentAreTakenInTheOrderOfKeys) {
  Deadlines deadlines;
  deadlines.set({DeadlineKind::kJoin, "g", {}}, at(10));
  deadlines.set(kB, at(10));
  deadlines.set(kA, at(10));
  EXPECT_EQ(due(deadlines, 10), (Members{"a", "b", ""}));
}
TEST(Deadlines, PutOffAreDueLater) {
  Deadlines deadlines;
  deadlines.set(kA, at(10));
  deadlines.set(kA, at(20));
  EXPECT_LE(deadlines.next(), at(20)) << "it may be too early, never too late";
  EXPECT_TRUE(due(deadlines, 19).empty());
  EXPECT_EQ(deadlines.next(), at(20));
  EXPECT_EQ(due(deadlines, 20), Members{"a"});
}
TEST(Deadlines, BroughtForwardAreDueEarlier) {
  Deadlines deadlines;
  deadlines.set(kA, at(20));
  deadlines.set(kA, at(10));
  EXPECT_EQ(deadlines.next(), at(10));
  EXPECT_EQ(due(deadlines, 10), Members{"a"});
  EXPECT_TRUE(due(deadlines, 20).empty());
}
TEST(Deadlines, PutOffAndBroughtForwardAreDueOnce) {
  Deadlines deadlines;
  deadlines.set(kA, at(10));
  deadlines.set(kA, at(30));
  deadlines.set(kA, at(20));
  EXPECT_TRUE(due(deadlines, 15).empty());
  EXPECT_EQ(due(deadlines, 20), Members{"a"});
  EXPECT_TRUE(due(deadlines, 100).empty());
}
TEST(Deadlines, ClearedAreNeverDue) {
  Deadlines deadlines;
  deadlines.set(kA, at(10));
  deadlines.set(kA, at(20));
  deadlines.clear(kA);
  deadlines.clear(kB);
  EXPECT_FALSE(deadlines.next());
  EXPECT_TRUE(due(deadlines, 100).empty());
}
TEST(Deadlines, OfOneNameInTwoKindsAndGroupsAreTwo) {
  Deadlines deadlines;
  deadlines.set(kA, at(10));
  deadlines.set({DeadlineKind::kPendingMember, "g", "a"}, at(10));
  deadlines.set({DeadlineKind::kSession, "h", "a"}, at(10));
  deadlines.clear(kA);
  EXPECT_EQ(due(deadlines, 10), (Members{"a", "a"}));
}

}  // namespace
}  // namespace barnabas::group
