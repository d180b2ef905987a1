// What a broker remembers of one client's fetches, so that a request names only partitions that
// changed, and an answer only partitions that have something to say.
//
// Invariants  A partition is in it once: by topic id and number where the session uses ids, else by
//             name and number. While epoch() stays, so do the partitions and their order.
// Threads     externally synchronized (FetchSessionCache).
// Source      Kafka 3.9, kafka/server/FetchSession.scala (FetchSession, CachedPartition); KIP-227
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "broker/base/clock.h"
#include "broker/base/uuid.h"
#include "broker/protocol/error_code.h"
#include "broker/protocol/ids.h"
#include "broker/replica/core/fetch_entry.h"

namespace barnabas::replica {

inline constexpr std::int32_t kNoFetchSession = 0;
// Asks for a session, and closes the one that is named.
inline constexpr std::int32_t kInitialFetchEpoch = 0;
// Closes the session that is named and asks for none.
inline constexpr std::int32_t kFinalFetchEpoch = -1;
// After the largest comes 1 again: 0 would be another question.
std::int32_t next_fetch_epoch(std::int32_t epoch);

// What a request says of its session.
struct FetchSessionRequest {
  std::int32_t session_id = kNoFetchSession;
  std::int32_t epoch = kFinalFetchEpoch;
  bool uses_topic_ids = false;
  bool from_follower = false;

  bool is_full() const { return epoch == kInitialFetchEpoch || epoch == kFinalFetchEpoch; }
};

struct ForgottenPartition {
  std::string_view topic;
  Uuid topic_id;
  PartitionId partition{0};
};

// What decides whether a partition is told.
struct FetchedState {
  ErrorCode error = ErrorCode::kNone;
  Offset high_watermark = kUnknownOffset;
  Offset log_start_offset = kUnknownOffset;
  bool has_records = false;
  bool must_tell = false;  // a divergence, or another replica to read from
};

// The partitions of one fetch. `names` keeps the topics of the entries alive.
struct SessionFetch {
  std::vector<FetchEntry> entries;
  std::vector<std::shared_ptr<const std::string>> names;
};

class FetchSession {
 public:
  // The name of a topic id now; empty: not known.
  using NameOf = std::function<std::string_view(const Uuid&)>;

  //   entries, states  those of the fetch that it begins with, one state per entry
  FetchSession(std::int32_t id, const FetchSessionRequest& request,
               const std::vector<FetchEntry>& entries, const std::vector<FetchedState>& states,
               Time now);
  FetchSession(const FetchSession&) = delete;
  FetchSession& operator=(const FetchSession&) = delete;

  std::int32_t id() const { return id_; }
  bool is_privileged() const { return privileged_; }  // a follower's
  bool uses_topic_ids() const { return uses_topic_ids_; }
  std::int32_t epoch() const { return epoch_; }
  std::size_t size() const { return partitions_.size(); }
  Time created() const { return created_; }

  // Takes in what a request of the current epoch says; the epoch is the next one then.
  void update(const std::vector<FetchEntry>& wanted,
              const std::vector<ForgottenPartition>& forgotten);
  // All its partitions, those that had records last behind the others: so each gets its turn when
  // an answer is full before all were read.
  SessionFetch all(const NameOf& name_of);
  // Which of the partitions of `all` are told; remembers what they are told. Precondition: the
  // epoch is the one that `all` was called in.
  std::vector<bool> choose(const std::vector<FetchedState>& states);

 private:
  // The name is empty where ids are used.
  struct Key {
    Uuid topic_id;
    std::string_view topic;
    PartitionId partition;
    bool operator==(const Key&) const = default;
  };
  struct KeyHash {
    std::size_t operator()(const Key& key) const;
  };
  struct CachedPartition {
    FetchEntry wanted;  // its name is that of `topic`
    std::shared_ptr<const std::string> topic;
    Offset high_watermark = kUnknownOffset;
    Offset log_start_offset = kUnknownOffset;  // ours, not the follower's
  };
  using Partitions = std::list<CachedPartition>;

  Key key_of(const Uuid& topic_id, std::string_view topic, PartitionId partition) const;
  CachedPartition& put(const FetchEntry& wanted);
  std::shared_ptr<const std::string> name(std::string_view topic) const;
  static bool must_tell(CachedPartition& partition, const FetchedState& state);

  // Fixed at construction
  const std::int32_t id_;
  const bool privileged_;
  const bool uses_topic_ids_;
  const Time created_;

  std::int32_t epoch_;
  Partitions partitions_;
  std::unordered_map<Key, Partitions::iterator, KeyHash> index_;
};

}  // namespace barnabas::replica
