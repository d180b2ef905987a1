#include "broker/replica/fetch_session_cache.h"

#include <algorithm>
#include <limits>
#include <utility>

namespace barnabas::replica {
namespace {

constexpr std::int32_t kFetchSessionShards = 8;
constexpr std::int32_t kIdsOfAShard =
    std::numeric_limits<std::int32_t>::max() / kFetchSessionShards;

}  // namespace

FetchSessionCache::FetchSessionCache(std::int32_t max_slots, Random& seeds) {
  static_assert(kShards == kFetchSessionShards);
  for (std::int32_t i = 0; i < kFetchSessionShards; ++i) {
    Shard& shard = shards_[static_cast<std::size_t>(i)];
    MutexLock lock(shard.mu);
    shard.sessions.emplace(static_cast<std::size_t>(max_slots / kFetchSessionShards),
                           FetchSessionIds{std::max(1, i * kIdsOfAShard), (i + 1) * kIdsOfAShard},
                           Random(seeds.next()));
  }
}

FetchSessionCache::Shard* FetchSessionCache::shard_of(std::int32_t session_id) {
  const std::int32_t shard = session_id / kIdsOfAShard;
  if (session_id <= kNoFetchSession || shard >= kFetchSessionShards) return nullptr;
  return &shards_[static_cast<std::size_t>(shard)];
}

Result<FetchContext> FetchSessionCache::begin(const FetchSessionRequest& request,
                                              std::vector<FetchEntry> wanted,
                                              const std::vector<ForgottenPartition>& forgotten,
                                              const FetchSession::NameOf& name_of, Time now) {
  FetchContext context;
  context.request = request;
  Shard* shard = shard_of(request.session_id);
  if (request.is_full()) {
    if (shard != nullptr) {
      MutexLock lock(shard->mu);
      shard->sessions->remove(request.session_id);
    }
    context.fetch.entries = std::move(wanted);
    return context;
  }
  if (shard == nullptr) return ErrorCode::kFetchSessionIdNotFound;
  MutexLock lock(shard->mu);
  TRY(context.session, shard->sessions->resume(request, wanted, forgotten, now));
  if (context.session) {
    context.fetch = context.session->all(name_of);
  } else {
    context.fetch.entries = std::move(wanted);
  }
  return context;
}

FetchSessionAnswer FetchSessionCache::end(const FetchContext& context,
                                          const std::vector<FetchedState>& states, Time now) {
  FetchSessionAnswer answer;
  if (is_sessionless(context)) return answer;
  if (!context.session) {
    Shard& shard = shards_[next_++ % kShards];
    MutexLock lock(shard.mu);
    answer.session_id =
        shard.sessions->maybe_create(context.request, context.fetch.entries, states, now);
    return answer;
  }
  answer.session_id = context.session->id();
  MutexLock lock(shard_of(answer.session_id)->mu);
  if (context.session->epoch() != next_fetch_epoch(context.request.epoch)) {
    // The same request came once more while this one waited.
    answer.error = ErrorCode::kInvalidFetchSessionEpoch;
    return answer;
  }
  answer.told = context.session->choose(states);
  return answer;
}

}  // namespace barnabas::replica
