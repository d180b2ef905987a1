#include "tests/sim/consumer.h"

#include <utility>

#include "broker/base/check.h"
#include "broker/protocol/messages/fetch.h"
#include "broker/protocol/record_batch.h"

namespace barnabas::sim {
namespace {

constexpr Duration kConsumeTickMin = milliseconds(20);
constexpr std::uint64_t kConsumeTickSpreadUs = 60'000;
constexpr Duration kChannelTimeout = seconds(2);
constexpr std::int32_t kMaxBytes = 4'096;
constexpr std::int16_t kFetchVersion = 17;
// Now and then everything is read again, in case it has changed.
constexpr std::uint64_t kRewindOneIn = 40;

}  // namespace

Consumer::Consumer(Address address, Process& process, Network& network, Random& random,
                   std::vector<Address> brokers, std::vector<TopicPartition> partitions,
                   History& history, Judge& judge,
                   std::function<std::uint32_t(BrokerId)> incarnation)
    : process_(process),
      random_(random),
      transport_(network.transport(address)),
      cluster_(process, *transport_, random, std::move(brokers), "consumer"),
      history_(history),
      judge_(judge),
      incarnation_(std::move(incarnation)) {
  for (auto& tp : partitions) partitions_.emplace(std::move(tp), Partition{});
}

void Consumer::start() {
  process_.post([this] { tick(); });
}

void Consumer::tick() {
  for (auto& [tp, partition] : partitions_) {
    if (partition.in_flight) continue;
    if (random_.one_in(kRewindOneIn)) partition.position = Offset(0);
    fetch(tp, partition);
  }
  process_.run_after(kConsumeTickMin + microseconds(static_cast<std::int64_t>(
                                           random_.below(kConsumeTickSpreadUs))),
                     [this] { tick(); });
}

void Consumer::fetch(const TopicPartition& tp, Partition& partition) {
  const auto leader = cluster_.leader(tp);
  if (leader.leader == kNoBroker) return cluster_.refresh();
  partition.in_flight = true;

  protocol::FetchRequest request;
  request.max_wait_ms = static_cast<std::int32_t>(random_.below(200));
  request.min_bytes = 1;
  request.max_bytes = kMaxBytes;
  request.session_id = 0;
  request.session_epoch = -1;
  request.rack_id = "";
  auto& topic = request.topics.emplace_back();
  topic.topic_id = cluster_.topic_id(tp.topic);
  auto& asked = topic.partitions.emplace_back();
  asked.partition = tp.partition.value();
  asked.current_leader_epoch = leader.epoch.value();
  asked.fetch_offset = partition.position.value();
  asked.partition_max_bytes = kMaxBytes;
  cluster_.channel(leader.leader.value())
      .send(protocol::ApiKey::kFetch, kFetchVersion, request.encode(kFetchVersion), kChannelTimeout,
            [this, tp, leader](Result<protocol::ResponseFrame> answer) {
              on_answer(tp, leader, std::move(answer));
            });
}

void Consumer::on_answer(const TopicPartition& tp, ClusterView::PartitionLeader asked,
                         Result<protocol::ResponseFrame> answer) {
  Partition& partition = partitions_[tp];
  partition.in_flight = false;
  if (!answer) return cluster_.refresh();
  const auto response = protocol::FetchResponse::decode(answer->body, kFetchVersion);
  CHECK(response.has_value(), "{}", response.error().detail);
  if (response->error_code != ErrorCode::kNone) return cluster_.refresh();
  const auto& told = response->responses.at(0).partitions.at(0);
  if (told.error_code != ErrorCode::kNone) {
    // Beyond the end of a new leader that lags behind the old one: read what it has.
    if (told.error_code == ErrorCode::kOffsetOutOfRange) partition.position = Offset(0);
    return cluster_.refresh();
  }

  const Offset high_watermark(told.high_watermark);
  auto& highest =
      partition.high_watermarks[{asked.leader, incarnation_(asked.leader), asked.epoch}];
  if (high_watermark < highest) {
    judge_.violation("leader {} of {} in epoch {} served the high watermark {} after {}",
                     asked.leader, tp, asked.epoch, high_watermark, highest);
  }
  highest = high_watermark;
  read(tp, partition, told.records.bytes(), high_watermark);
}

void Consumer::read(const TopicPartition& tp, Partition& partition, BytesView records,
                    Offset high_watermark) {
  auto& consumed = history_.consumed[tp];
  protocol::BatchReader batches(records);
  while (const auto batch = batches.next()) {
    if (batch->last_offset() >= high_watermark) {
      judge_.violation("{} was served up to offset {}, its high watermark being {}", tp,
                       batch->last_offset(), high_watermark);
    }
    protocol::RecordReader reader(*batch);
    protocol::RecordView record;
    while (reader.next(record)) {
      const Offset offset = batch->base_offset() + record.offset_delta;
      if (offset < partition.position) continue;
      if (offset != partition.position) {
        judge_.violation("{} jumped from offset {} to {}", tp, partition.position, offset);
      }
      const RecordName name = RecordName::parse(as_text(*record.value));
      const auto [known, is_new] = consumed.emplace(offset, name);
      if (!is_new && known->second != name) {
        judge_.violation("{} at offset {} was {} and is {}", tp, offset, known->second.to_string(),
                         name.to_string());
      }
      partition.position = offset + 1;
    }
  }
}

}  // namespace barnabas::sim
