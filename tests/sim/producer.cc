#include "tests/sim/producer.h"

#include <algorithm>
#include <utility>

#include "broker/base/check.h"
#include "broker/protocol/messages/init_producer_id.h"
#include "broker/protocol/messages/produce.h"
#include "broker/protocol/record_batch.h"

namespace barnabas::sim {
namespace {

constexpr std::size_t kMaxInFlight = 5;
constexpr std::uint64_t kMaxRecordsPerBatch = 3;
constexpr Duration kProduceTickMin = milliseconds(5);
constexpr std::uint64_t kProduceTickSpreadUs = 30'000;
constexpr std::int32_t kRequestTimeoutMs = 1'500;
constexpr Duration kChannelTimeout = milliseconds(2'000);
constexpr std::int16_t kProduceVersion = 11;
constexpr std::int16_t kInitProducerIdVersion = 5;

}  // namespace

Producer::Producer(std::int32_t number, Process& process, Network& network, Random& random,
                   std::vector<Address> brokers, std::vector<TopicPartition> partitions,
                   History& history, Judge& judge)
    : number_(number),
      process_(process),
      random_(random),
      transport_(network.transport(number)),
      cluster_(process, *transport_, random, std::move(brokers),
               fmt::format("producer-{}", number)),
      history_(history),
      judge_(judge) {
  for (auto& tp : partitions) partitions_.emplace(std::move(tp), Partition{});
}

void Producer::start() {
  process_.post([this] { tick(); });
}

bool Producer::finished() const {
  return std::all_of(partitions_.begin(), partitions_.end(),
                     [](const auto& entry) { return entry.second.unacknowledged.empty(); });
}

void Producer::tick() {
  if (producer_id_ == kNoProducerId) {
    request_producer_id();
  } else {
    for (auto& [tp, partition] : partitions_) send(tp, partition);
  }
  process_.run_after(kProduceTickMin + microseconds(static_cast<std::int64_t>(
                                           random_.below(kProduceTickSpreadUs))),
                     [this] { tick(); });
}

void Producer::request_producer_id() {
  if (asking_for_id_) return;
  asking_for_id_ = true;
  protocol::InitProducerIdRequest request;
  request.transactional_id = std::nullopt;
  request.transaction_timeout_ms = 60'000;
  cluster_.channel(cluster_.any_broker())
      .send(protocol::ApiKey::kInitProducerId, kInitProducerIdVersion,
            request.encode(kInitProducerIdVersion), kChannelTimeout,
            [this](Result<protocol::ResponseFrame> answer) {
              asking_for_id_ = false;
              if (!answer) return;
              const auto response =
                  protocol::InitProducerIdResponse::decode(answer->body, kInitProducerIdVersion);
              CHECK(response.has_value(), "{}", response.error().detail);
              if (response->error_code != ErrorCode::kNone) return;
              producer_id_ = response->producer_id;
              producer_epoch_ = ProducerEpoch(response->producer_epoch);
            });
}

void Producer::send(const TopicPartition& tp, Partition& partition) {
  if (partition.resending && partition.in_flight > 0) return;
  partition.resending = false;
  const BrokerId leader = cluster_.leader(tp).leader;
  if (leader == kNoBroker) return cluster_.refresh();

  // A leader takes any first sequence of a producer that it does not know, as Kafka's does: until
  // one batch is acknowledged a second one in flight could pass a first that was refused.
  const std::size_t limit = partition.acknowledged ? kMaxInFlight : 1;
  for (auto& batch : partition.unacknowledged) {
    if (batch.in_flight) continue;
    if (partition.in_flight == limit) return;
    ++partition.in_flight;
    send_batch(tp, batch, leader);
  }
  // Counted from the oldest one: the leader recognizes the last five as retries.
  const bool full = !partition.unacknowledged.empty() &&
                    partition.next_batch - partition.unacknowledged.front().number >= limit;
  if (finishing_ || full || random_.one_in(2)) return;

  Batch batch;
  batch.number = partition.next_batch++;
  batch.base_sequence = partition.next_sequence;
  for (std::uint64_t n = 1 + random_.below(kMaxRecordsPerBatch); n > 0; --n) {
    batch.records.push_back({number_, partition.next_number++});
  }
  partition.next_sequence += static_cast<std::int32_t>(batch.records.size());
  partition.unacknowledged.push_back(std::move(batch));
  ++partition.in_flight;
  send_batch(tp, partition.unacknowledged.back(), leader);
}

void Producer::send_batch(const TopicPartition& tp, Batch& batch, BrokerId leader) {
  batch.in_flight = true;
  protocol::RecordBatchBuilder builder;
  builder.producer_id = producer_id_;
  builder.producer_epoch = producer_epoch_;
  builder.base_sequence = batch.base_sequence;
  for (const RecordName& name : batch.records) {
    builder.add(process_.wall_clock_ms(), std::nullopt, name.to_string());
  }
  const auto bytes = builder.build();

  protocol::ProduceRequest request;
  request.acks = -1;
  request.timeout_ms = kRequestTimeoutMs;
  auto& topic = request.topic_data.emplace_back();
  topic.name = tp.topic;
  auto& data = topic.partition_data.emplace_back();
  data.index = tp.partition.value();
  data.records = protocol::Records(BytesView(bytes));
  cluster_.channel(leader.value())
      .send(protocol::ApiKey::kProduce, kProduceVersion, request.encode(kProduceVersion),
            kChannelTimeout,
            [this, tp, sequence = batch.base_sequence](Result<protocol::ResponseFrame> answer) {
              on_answer(tp, sequence, std::move(answer));
            });
}

void Producer::on_answer(const TopicPartition& tp, std::int32_t base_sequence,
                         Result<protocol::ResponseFrame> answer) {
  Partition& partition = partitions_[tp];
  --partition.in_flight;
  const auto batch =
      std::find_if(partition.unacknowledged.begin(), partition.unacknowledged.end(),
                   [base_sequence](const Batch& b) { return b.base_sequence == base_sequence; });
  CHECK(batch != partition.unacknowledged.end(), "an answer to sequence {}", base_sequence);
  batch->in_flight = false;

  ErrorCode error = ErrorCode::kNetworkException;
  Offset base_offset = kUnknownOffset;
  if (answer) {
    const auto response = protocol::ProduceResponse::decode(answer->body, kProduceVersion);
    CHECK(response.has_value(), "{}", response.error().detail);
    const auto& told = response->responses.at(0).partition_responses.at(0);
    error = told.error_code;
    base_offset = Offset(told.base_offset);
  }
  if (error == ErrorCode::kNone) return acknowledge(tp, partition, base_sequence, base_offset);

  // Out of order is said behind a batch that failed, and by an old leader that does not know yet
  // that it is none; should the true one say it, the records are never acknowledged.
  if (!is_retriable(error) && error != ErrorCode::kOutOfOrderSequenceNumber) {
    judge_.violation("producer {} was told {} for {} at sequence {}", number_, error_name(error),
                     tp, base_sequence);
  }
  partition.resending = true;
  cluster_.refresh();
}

void Producer::acknowledge(const TopicPartition& tp, Partition& partition,
                           std::int32_t base_sequence, Offset base_offset) {
  const auto batch =
      std::find_if(partition.unacknowledged.begin(), partition.unacknowledged.end(),
                   [base_sequence](const Batch& b) { return b.base_sequence == base_sequence; });
  for (const RecordName& name : batch->records) {
    history_.acknowledged.push_back({tp, name, base_offset});
    auto& last = history_.last_acknowledged.emplace(tp, base_offset).first->second;
    last = std::max(last, base_offset);
    ++base_offset;
  }
  partition.unacknowledged.erase(batch);
  partition.acknowledged = true;
}

}  // namespace barnabas::sim
