// The fetch sessions of a broker, in parts that are locked one by one: most fetches of one reactor
// meet nobody else's.
//
// Threads  thread-safe. The locks are innermost; a context belongs to its request.
// Source   Kafka 3.9, kafka/server/FetchSession.scala (FetchManager, FetchSessionCache)
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "broker/base/clock.h"
#include "broker/base/mutex.h"
#include "broker/base/random.h"
#include "broker/base/result.h"
#include "broker/replica/core/fetch_session_cache_shard.h"

namespace barnabas::replica {

// What one fetch reads, and what its session, if there is one, knows of it.
struct FetchContext {
  FetchSessionRequest request;
  SessionFetch fetch;
  std::shared_ptr<FetchSession> session;  // of an incremental fetch; used by the cache alone
};

struct FetchSessionAnswer {
  ErrorCode error = ErrorCode::kNone;  // INVALID_FETCH_SESSION_EPOCH: nothing is told
  std::int32_t session_id = kNoFetchSession;
  // One per entry of the fetch; nullopt: all are told.
  std::optional<std::vector<bool>> told;
};

class FetchSessionCache {
 public:
  //   max_slots  max.incremental.fetch.session.cache.slots
  FetchSessionCache(std::int32_t max_slots, Random& seeds);
  FetchSessionCache(const FetchSessionCache&) = delete;
  FetchSessionCache& operator=(const FetchSessionCache&) = delete;

  // Before reading. `wanted` are the request's entries, views into its frame.
  //   errors  those of FetchSessionCacheShard::resume: nothing is read
  Result<FetchContext> begin(const FetchSessionRequest& request, std::vector<FetchEntry> wanted,
                             const std::vector<ForgottenPartition>& forgotten,
                             const FetchSession::NameOf& name_of, Time now);
  // After it. One state per entry of the context.
  FetchSessionAnswer end(const FetchContext& context, const std::vector<FetchedState>& states,
                         Time now);
  // end() without a look at the states.
  static bool is_sessionless(const FetchContext& context) {
    return !context.session && context.request.epoch != kInitialFetchEpoch;
  }

 private:
  static constexpr std::size_t kShards = 8;
  struct Shard {
    Mutex mu;
    std::optional<FetchSessionCacheShard> sessions GUARDED_BY(mu);
  };

  // Null: an id that is not given out.
  Shard* shard_of(std::int32_t session_id);

  std::array<Shard, kShards> shards_;
  std::atomic<std::uint32_t> next_{0};
};

}  // namespace barnabas::replica
