#include "broker/controller/request_encoding.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <memory>
#include <string_view>
#include <variant>
#include <vector>

#include "broker/protocol/messages/leader_and_isr.h"

namespace barnabas::controller {
namespace {

std::vector<std::uint8_t> bytes_of(const protocol::Payload& payload) {
  std::vector<std::uint8_t> bytes;
  for (const protocol::Piece& piece : payload.pieces) {
    const BytesView view = std::get<protocol::BytesPiece>(piece).bytes;
    bytes.insert(bytes.end(), view.begin(), view.end());
  }
  return bytes;
}

// What a broker is told of a leader that was elected uncleanly.
std::int8_t recovery_state_told(std::string_view inter_broker_version) {
  const RequestSender sender{BrokerId(1), ControllerEpoch(5), "PLAINTEXT",
                             protocol::inter_broker_versions(inter_broker_version)};
  auto data = std::make_shared<LeaderAndIsrData>();
  PartitionStateEntry entry;
  entry.partition = {"t", PartitionId(0)};
  entry.leadership.state.leader = BrokerId(2);
  entry.leadership.state.isr = {BrokerId(2)};
  entry.leadership.state.recovery_state = LeaderRecoveryState::kRecovering;
  data->partitions.push_back(entry);
  data->topic_ids["t"] = Uuid{{7}};
  const std::vector<std::uint8_t> body =
      bytes_of(encode(sender, SendLeaderAndIsr{BrokerId(2), BrokerEpoch(100), data}));
  const auto request =
      protocol::LeaderAndIsrRequest::decode(BytesView(body), sender.versions.leader_and_isr);
  EXPECT_TRUE(request);
  return request->topic_states.at(0).partition_states.at(0).leader_recovery_state;
}

// The field is not ignorable: an older version that holds it cannot be encoded.
TEST(LeaderAndIsrEncoding, ARecoveringLeaderIsToldAsSuchOnlyFrom32On) {
  for (std::string_view version : {"2.8-IV0", "2.8-IV1", "3.1-IV0"}) {
    EXPECT_EQ(recovery_state_told(version), 0) << version;
  }
  for (std::string_view version : {"3.2-IV0", "3.4-IV0", "3.9-IV0"}) {
    EXPECT_EQ(recovery_state_told(version), 1) << version;
  }
}

}  // namespace
}  // namespace barnabas::controller
