// The APIs that this broker serves: versions, handler, and where the handler runs. Dispatch and the
// answer to ApiVersions both read this one table.
//
// Threads  immutable.
#pragma once

#include <cstdint>
#include <span>

#include "broker/api/handlers.h"
#include "broker/protocol/api_key.h"

namespace barnabas::api {

enum class RunsOn { kReactor, kCoordination };

struct Api {
  protocol::ApiKey key;
  std::int16_t min_version;
  std::int16_t max_version;
  Handler handler;
  RunsOn runs_on;

  bool has_version(std::int16_t version) const {
    return version >= min_version && version <= max_version;
  }
};

// In ascending order of keys.
std::span<const Api> served_apis();

// Null: not served.
const Api* find_served_api(protocol::ApiKey key);

}  // namespace barnabas::api
