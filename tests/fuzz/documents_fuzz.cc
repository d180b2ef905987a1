// What stands in a znode, written by anybody who may: every document is refused, or read.
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <string_view>

#include "broker/base/bytes.h"
#include "tests/fuzz/input.h"
#include "zkclient/documents.h"

namespace barnabas::fuzz {
namespace {

template <typename Document>
void decode(std::string_view text) {
  (void)Document::decode(text);
}
void decode_epoch(std::string_view text) {
  (void)zk::decode_controller_epoch(text);
}

constexpr void (*kDecoders[])(std::string_view) = {
    decode_epoch,
    decode<zk::BrokerZnode>,
    decode<zk::ClusterIdZnode>,
    decode<zk::ConfigChangeZnode>,
    decode<zk::ConfigZnode>,
    decode<zk::ControllerZnode>,
    decode<zk::FeatureZnode>,
    decode<zk::LogDirEventZnode>,
    decode<zk::PartitionSetZnode>,
    decode<zk::PartitionStateZnode>,
    decode<zk::ProducerIdBlockZnode>,
    decode<zk::ReassignPartitionsZnode>,
    decode<zk::TopicZnode>,
};

}  // namespace
}  // namespace barnabas::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace barnabas;
  fuzz::Input input(data, size);
  const auto decode = fuzz::kDecoders[input.byte() % std::size(fuzz::kDecoders)];
  const BytesView text = input.rest();
  decode({reinterpret_cast<const char*>(text.data()), text.size()});
  return 0;
}
