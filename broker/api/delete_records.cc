#include "broker/protocol/messages/delete_records.h"

#include <memory>
#include <utility>
#include <vector>

#include "broker/api/context.h"
#include "broker/api/handlers.h"
#include "broker/protocol/topic_name.h"
#include "broker/replica/metadata_cache.h"
#include "broker/replica/replica_manager.h"

namespace barnabas::api {
namespace {

using protocol::DeleteRecordsRequest;
using protocol::DeleteRecordsResponse;
using replica::DeleteRecordsEntry;
using replica::DeleteRecordsOutcome;

// One request on its way: what is refused at once, and what the replica manager answers.
class DeleteRecords final : public replica::DeleteRecordsSink {
 public:
  DeleteRecords(protocol::Request request, protocol::Responder responder,
                DeleteRecordsRequest message)
      : request_(std::move(request)),
        responder_(std::move(responder)),
        message_(std::move(message)) {}

  // What the request asks of partitions that exist; the rest of the answer is made meanwhile.
  std::vector<DeleteRecordsEntry> entries(const replica::MetadataSnapshot& metadata) {
    std::vector<DeleteRecordsEntry> wanted;
    for (const auto& topic : message_.topics) {
      auto& result = response_.topics.emplace_back();
      result.name = topic.name;
      for (const auto& asked : topic.partitions) {
        auto& partition = result.partitions.emplace_back();
        partition.partition_index = asked.partition_index;
        partition.low_watermark = kUnknownOffset.value();
        if (!metadata.partition(topic.name, PartitionId{asked.partition_index})) {
          partition.error_code = ErrorCode::kUnknownTopicOrPartition;
        } else if (protocol::is_internal_topic(topic.name)) {
          partition.error_code = ErrorCode::kInvalidTopicException;
        } else {
          wanted.push_back({topic.name, PartitionId{asked.partition_index}, Offset{asked.offset}});
        }
      }
    }
    return wanted;
  }

  Duration timeout() const { return milliseconds(message_.timeout_ms); }

  void parked() override { responder_.work_done(); }

  void done(std::vector<DeleteRecordsOutcome> outcomes) override {
    auto outcome = outcomes.begin();
    for (auto& topic : response_.topics) {
      for (auto& partition : topic.partitions) {
        if (partition.error_code != ErrorCode::kNone) continue;
        partition.error_code = outcome->error;
        partition.low_watermark = outcome->low_watermark.value();
        ++outcome;
      }
    }
    responder_.respond(response_.encode(request_.version));
  }

 private:
  const protocol::Request request_;
  protocol::Responder responder_;
  const DeleteRecordsRequest message_;
  DeleteRecordsResponse response_;
};

}  // namespace

void handle_delete_records(Context& context, protocol::Request request,
                           protocol::Responder responder) {
  auto message = DeleteRecordsRequest::decode(request.body, request.version);
  if (!message) return responder.close_connection();
  auto deletion = std::make_unique<DeleteRecords>(std::move(request), std::move(responder),
                                                  std::move(*message));
  const auto entries = deletion->entries(*context.metadata.snapshot());
  const Duration timeout = deletion->timeout();
  context.replicas.delete_records(entries, timeout, std::move(deletion));
}

}  // namespace barnabas::api
