#include "broker/api/dispatcher.h"

#include <fmt/format.h>

#include "broker/api/api_table.h"
#include "broker/protocol/messages/allocate_producer_ids.h"
#include "broker/protocol/messages/alter_configs.h"
#include "broker/protocol/messages/alter_partition.h"
#include "broker/protocol/messages/api_versions.h"
#include "broker/protocol/messages/controlled_shutdown.h"
#include "broker/protocol/messages/create_partitions.h"
#include "broker/protocol/messages/create_topics.h"
#include "broker/protocol/messages/delete_groups.h"
#include "broker/protocol/messages/delete_records.h"
#include "broker/protocol/messages/delete_topics.h"
#include "broker/protocol/messages/describe_cluster.h"
#include "broker/protocol/messages/describe_configs.h"
#include "broker/protocol/messages/describe_groups.h"
#include "broker/protocol/messages/describe_log_dirs.h"
#include "broker/protocol/messages/elect_leaders.h"
#include "broker/protocol/messages/fetch.h"
#include "broker/protocol/messages/find_coordinator.h"
#include "broker/protocol/messages/heartbeat.h"
#include "broker/protocol/messages/incremental_alter_configs.h"
#include "broker/protocol/messages/init_producer_id.h"
#include "broker/protocol/messages/join_group.h"
#include "broker/protocol/messages/leader_and_isr.h"
#include "broker/protocol/messages/leave_group.h"
#include "broker/protocol/messages/list_groups.h"
#include "broker/protocol/messages/list_offsets.h"
#include "broker/protocol/messages/metadata.h"
#include "broker/protocol/messages/offset_commit.h"
#include "broker/protocol/messages/offset_delete.h"
#include "broker/protocol/messages/offset_fetch.h"
#include "broker/protocol/messages/offset_for_leader_epoch.h"
#include "broker/protocol/messages/stop_replica.h"
#include "broker/protocol/messages/sync_group.h"
#include "broker/protocol/messages/update_metadata.h"
#include "tests/unit/api/one_broker.h"

namespace barnabas::api {
namespace {

using namespace protocol;

TEST(Dispatcher, UnservedApiClosesTheConnection) {
  OneBroker broker;
  EXPECT_TRUE(broker.ask_bytes(ApiKey::kAddPartitionsToTxn, 0, {}).closed());
  EXPECT_TRUE(broker.ask_bytes(static_cast<ApiKey>(999), 0, {}).closed());
}

TEST(Dispatcher, UnservedVersionClosesTheConnection) {
  OneBroker broker;
  EXPECT_TRUE(broker.ask_bytes(ApiKey::kProduce, 12, {}).closed());
  EXPECT_TRUE(broker.ask_bytes(ApiKey::kFetch, 18, {}).closed());
  EXPECT_TRUE(broker.ask_bytes(ApiKey::kMetadata, 13, {}).closed());
  EXPECT_TRUE(broker.ask_bytes(ApiKey::kMetadata, -1, {}).closed());
}

TEST(ApiTable, ServesWhatIsPromisedAndNothingElse) {
  std::string table;
  for (const Api& api : served_apis()) {
    table += fmt::format("{}:{}-{} ", static_cast<int>(api.key), api.min_version, api.max_version);
  }
  EXPECT_EQ(
      table,
      "0:0-11 1:0-17 2:0-9 3:0-12 4:0-7 5:0-4 6:0-8 7:0-3 8:0-9 9:0-9 10:0-6 11:0-9 12:0-4 "
      "13:0-5 14:0-5 15:0-5 16:0-5 18:0-4 19:0-7 20:0-6 21:0-2 22:0-5 23:0-4 32:0-4 33:0-2 35:0-4 "
      "37:0-3 42:0-2 43:0-2 44:0-1 47:0-0 56:0-3 60:0-1 67:0-0 ");
}

// A client chooses the version: an answer that fills a field which an old version does not have
// would abort the broker in the encoder.
template <typename Messages>
class EveryVersion : public ::testing::Test {};

template <typename Req, typename Resp>
struct Messages {
  using Request = Req;
  using Response = Resp;
};

using Served = ::testing::Types<
    Messages<FetchRequest, FetchResponse>, Messages<ListOffsetsRequest, ListOffsetsResponse>,
    Messages<MetadataRequest, MetadataResponse>,
    Messages<LeaderAndIsrRequest, LeaderAndIsrResponse>,
    Messages<StopReplicaRequest, StopReplicaResponse>,
    Messages<UpdateMetadataRequest, UpdateMetadataResponse>,
    Messages<ControlledShutdownRequest, ControlledShutdownResponse>,
    Messages<ApiVersionsRequest, ApiVersionsResponse>,
    Messages<CreateTopicsRequest, CreateTopicsResponse>,
    Messages<DeleteTopicsRequest, DeleteTopicsResponse>,
    Messages<InitProducerIdRequest, InitProducerIdResponse>,
    Messages<OffsetForLeaderEpochRequest, OffsetForLeaderEpochResponse>,
    Messages<DescribeConfigsRequest, DescribeConfigsResponse>,
    Messages<CreatePartitionsRequest, CreatePartitionsResponse>,
    Messages<AlterConfigsRequest, AlterConfigsResponse>,
    Messages<IncrementalAlterConfigsRequest, IncrementalAlterConfigsResponse>,
    Messages<ElectLeadersRequest, ElectLeadersResponse>,
    Messages<AlterPartitionRequest, AlterPartitionResponse>,
    Messages<DescribeClusterRequest, DescribeClusterResponse>,
    Messages<AllocateProducerIdsRequest, AllocateProducerIdsResponse>,
    Messages<DeleteGroupsRequest, DeleteGroupsResponse>,
    Messages<DeleteRecordsRequest, DeleteRecordsResponse>,
    Messages<DescribeGroupsRequest, DescribeGroupsResponse>,
    Messages<DescribeLogDirsRequest, DescribeLogDirsResponse>,
    Messages<FindCoordinatorRequest, FindCoordinatorResponse>,
    Messages<HeartbeatRequest, HeartbeatResponse>, Messages<JoinGroupRequest, JoinGroupResponse>,
    Messages<LeaveGroupRequest, LeaveGroupResponse>,
    Messages<ListGroupsRequest, ListGroupsResponse>,
    Messages<OffsetCommitRequest, OffsetCommitResponse>,
    Messages<OffsetDeleteRequest, OffsetDeleteResponse>,
    Messages<OffsetFetchRequest, OffsetFetchResponse>,
    Messages<SyncGroupRequest, SyncGroupResponse>>;
TYPED_TEST_SUITE(EveryVersion, Served);

template <typename Request>
void check_every_version(OneBroker& broker) {
  const Api* api = find_served_api(Request::kApiKey);
  ASSERT_NE(api, nullptr);
  // Metadata is told when there is some: metadata_test.cc.
  const auto expected =
      Request::kApiKey == ApiKey::kMetadata ? Outcome::Kind::kClosed : Outcome::Kind::kAnswered;
  for (std::int16_t version = api->min_version; version <= api->max_version; ++version) {
    const Outcome outcome = broker.ask_raw(Request{}, version);
    EXPECT_EQ(outcome.kind, expected) << "version " << version;
  }
}

TYPED_TEST(EveryVersion, IsAnsweredByABrokerThatHasNotStarted) {
  OneBroker broker;
  check_every_version<typename TypeParam::Request>(broker);
}

TYPED_TEST(EveryVersion, IsAnsweredByTheController) {
  OneBroker broker;
  broker.start();
  const Api* api = find_served_api(TypeParam::Request::kApiKey);
  for (std::int16_t version = api->min_version; version <= api->max_version; ++version) {
    broker.template ask<typename TypeParam::Response>(typename TypeParam::Request{}, version);
  }
}

// Whatever the bytes, there is an answer or the connection ends; the broker goes on.
TYPED_TEST(EveryVersion, SurvivesAnyBytes) {
  OneBroker broker;
  broker.start();
  Random random(11);
  const Api* api = find_served_api(TypeParam::Request::kApiKey);
  for (std::int16_t version = api->min_version; version <= api->max_version; ++version) {
    for (int i = 0; i < 20; ++i) {
      BufferPtr body = OneBroker::joined(typename TypeParam::Request{}.encode(version));
      std::string bytes(as_text(std::as_const(*body).view()));
      bytes.append(random.below(30), '\0');
      for (int change = 0; change < i && !bytes.empty(); ++change) {
        bytes[random.below(bytes.size())] = static_cast<char>(random.below(256));
      }
      broker.ask_bytes(TypeParam::Request::kApiKey, version, as_bytes(bytes));
    }
  }
}

}  // namespace
}  // namespace barnabas::api
