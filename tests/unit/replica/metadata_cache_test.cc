#include "broker/replica/metadata_cache.h"

#include <gtest/gtest.h>

namespace barnabas::replica {
namespace {

const Uuid kId{{1}};
const Uuid kNewId{{2}};

MetadataUpdate::Partition of(const Uuid& id, std::int32_t partition, std::int32_t leader) {
  MetadataUpdate::Partition update{"first", id, PartitionId{partition}, {}};
  update.state.leader = BrokerId{leader};
  return update;
}

TEST(MetadataCache, LiveBrokersAreReplacedWhole) {
  MetadataCache cache;
  cache.update({BrokerId{1}, {{BrokerId{1}, {}, {}}, {BrokerId{2}, {}, {}}}, {}});
  cache.update({BrokerId{2}, {{BrokerId{2}, {}, {}}}, {}});
  EXPECT_FALSE(cache.snapshot()->has_alive_broker(BrokerId{1}));
  EXPECT_TRUE(cache.snapshot()->has_alive_broker(BrokerId{2}));
  EXPECT_EQ(cache.snapshot()->controller_id, BrokerId{2});
}
TEST(MetadataCache, PartitionStatesAreMerged) {
  MetadataCache cache;
  cache.update({BrokerId{1}, {}, {of(kId, 0, 1), of(kId, 1, 2)}});
  cache.update({BrokerId{1}, {}, {of(kId, 1, 3)}});
  const auto snapshot = cache.snapshot();
  EXPECT_EQ(snapshot->partition("first", PartitionId{0})->leader, BrokerId{1});
  EXPECT_EQ(snapshot->partition("first", PartitionId{1})->leader, BrokerId{3});
  EXPECT_EQ(snapshot->topic(kId)->name, "first");
}
TEST(MetadataCache, ASnapshotInHandDoesNotChange) {
  MetadataCache cache;
  cache.update({BrokerId{1}, {}, {of(kId, 0, 1)}});
  const auto before = cache.snapshot();
  cache.update({BrokerId{1}, {}, {of(kId, 0, 2)}});
  EXPECT_EQ(before->partition("first", PartitionId{0})->leader, BrokerId{1});
}
TEST(MetadataCache, LeaderDuringDeleteRemovesThePartitionAndAtLastTheTopic) {
  MetadataCache cache;
  cache.update({BrokerId{1}, {}, {of(kId, 0, 1), of(kId, 1, 1)}});
  const auto removed = cache.update({BrokerId{1}, {}, {of(kId, 0, -2)}});
  EXPECT_EQ(removed, (std::vector<TopicPartition>{{"first", PartitionId{0}}}));
  EXPECT_NE(cache.snapshot()->topic("first"), nullptr);
  cache.update({BrokerId{1}, {}, {of(kId, 1, -2)}});
  EXPECT_EQ(cache.snapshot()->topic("first"), nullptr);
  EXPECT_EQ(cache.snapshot()->topic(kId), nullptr);
}
TEST(MetadataCache, ATopicMadeAnewIsNotFoundByItsOldId) {
  MetadataCache cache;
  cache.update({BrokerId{1}, {}, {of(kId, 0, 1)}});
  cache.update({BrokerId{1}, {}, {of(kNewId, 0, 1)}});
  EXPECT_EQ(cache.snapshot()->topic(kId), nullptr);
  EXPECT_NE(cache.snapshot()->topic(kNewId), nullptr);
}
TEST(MetadataCache, ATopicMadeAnewHasNoneOfTheFormerPartitions) {
  MetadataCache cache;
  cache.update({BrokerId{1}, {}, {of(kId, 0, 1), of(kId, 1, 1)}});
  cache.update({BrokerId{1}, {}, {of(kNewId, 0, 2)}});
  EXPECT_EQ(cache.snapshot()->topic("first")->partitions.size(), 1U);
  EXPECT_EQ(cache.snapshot()->partition("first", PartitionId{0})->leader, BrokerId{2});
}
TEST(MetadataCache, ATopicThatGetsItsIdKeepsItsPartitions) {
  MetadataCache cache;
  cache.update({BrokerId{1}, {}, {of({}, 0, 1), of({}, 1, 1)}});
  cache.update({BrokerId{1}, {}, {of(kId, 0, 1)}});
  EXPECT_EQ(cache.snapshot()->topic(kId)->partitions.size(), 2U);
}

}  // namespace
}  // namespace barnabas::replica
