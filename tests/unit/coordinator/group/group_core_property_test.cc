// Random events on one GroupCoordinatorCore: whatever comes, the judges of random_world.h hold.
#include <gtest/gtest.h>

#include "tests/unit/coordinator/group/random_world.h"

namespace barnabas::group {
namespace {

TEST(GroupCoreProperty, NoRequestIsLostAndNoOffsetGoesBackWhateverHappens) {
  std::size_t generations = 0;
  std::size_t stable = 0;
  std::size_t commits = 0;
  std::size_t failovers = 0;
  std::size_t comparisons = 0;
  for (std::uint64_t seed = 1; seed <= 800; ++seed) {
    SCOPED_TRACE(testing::Message() << "seed " << seed);
    RandomWorld world(seed);
    for (int i = 0; i < 300; ++i) {
      world.step();
      if (testing::Test::HasFailure()) return;
    }
    if (seed % 2 == 0) {
      world.end_well();
    } else {
      world.end_by_resigning();
    }
    if (testing::Test::HasFailure()) return;
    generations += world.generations;
    stable += world.stable;
    commits += world.commits;
    failovers += world.failovers;
    comparisons += world.comparisons;
  }
  EXPECT_GT(generations, 8000u) << "the random events lead nowhere";
  EXPECT_GT(stable, 3000u) << "the random events lead nowhere";
  EXPECT_GT(commits, 3000u) << "the random events lead nowhere";
  EXPECT_GT(failovers, 1000u);
  EXPECT_GT(comparisons, 2000u);
}

}  // namespace
}  // namespace barnabas::group
