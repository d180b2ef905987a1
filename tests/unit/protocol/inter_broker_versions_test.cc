#include "broker/protocol/inter_broker_versions.h"

#include <gtest/gtest.h>

#include "broker/protocol/messages/alter_partition.h"
#include "broker/protocol/messages/fetch.h"
#include "broker/protocol/messages/leader_and_isr.h"
#include "broker/protocol/messages/list_offsets.h"
#include "broker/protocol/messages/stop_replica.h"
#include "broker/protocol/messages/update_metadata.h"

namespace barnabas::protocol {
namespace {

TEST(InterBrokerVersions, NewestReleaseUsesTheNewestVersions) {
  const InterBrokerVersions newest = inter_broker_versions("3.9-IV0");
  EXPECT_EQ(newest, InterBrokerVersions{});
  EXPECT_EQ(newest.fetch, FetchRequest::kMaxVersion);
  EXPECT_EQ(newest.list_offsets, ListOffsetsRequest::kMaxVersion);
  EXPECT_EQ(newest.leader_and_isr, LeaderAndIsrRequest::kMaxVersion);
  EXPECT_EQ(newest.update_metadata, UpdateMetadataRequest::kMaxVersion);
  EXPECT_EQ(newest.stop_replica, StopReplicaRequest::kMaxVersion);
  EXPECT_EQ(newest.alter_partition, AlterPartitionRequest::kMaxVersion);
}

// What a Kafka 2.8 broker understands: anything newer would make it close the connection.
TEST(InterBrokerVersions, OldestReleaseUsesWhatItKnew) {
  const InterBrokerVersions first{.fetch = 12,
                                  .list_offsets = 6,
                                  .leader_and_isr = 4,
                                  .update_metadata = 6,
                                  .stop_replica = 3,
                                  .alter_partition = 0,
                                  .feature_znode = 1,
                                  .allocate_producer_ids = false};
  EXPECT_EQ(inter_broker_versions("2.8-IV0"), first);
  InterBrokerVersions second = first;
  second.leader_and_isr = 5;
  second.update_metadata = 7;
  EXPECT_EQ(inter_broker_versions("2.8-IV1"), second);
}

TEST(InterBrokerVersions, RiseWhereTheProtocolRose) {
  EXPECT_EQ(inter_broker_versions("3.0-IV0").list_offsets, 6);
  EXPECT_EQ(inter_broker_versions("3.0-IV1").list_offsets, 7);
  EXPECT_EQ(inter_broker_versions("3.1-IV0").fetch, 13);
  EXPECT_EQ(inter_broker_versions("3.3-IV3").alter_partition, 2);
  EXPECT_EQ(inter_broker_versions("3.3-IV3").feature_znode, 2);
  EXPECT_FALSE(inter_broker_versions("2.8-IV1").allocate_producer_ids);
  EXPECT_TRUE(inter_broker_versions("3.0-IV0").allocate_producer_ids);
  EXPECT_EQ(inter_broker_versions("3.3-IV3").leader_and_isr, 6);
  EXPECT_EQ(inter_broker_versions("3.4-IV0").leader_and_isr, 7);
  EXPECT_EQ(inter_broker_versions("3.7-IV3").fetch, 15);
  EXPECT_EQ(inter_broker_versions("3.8-IV0").fetch, 16);
}

}  // namespace
}  // namespace barnabas::protocol
