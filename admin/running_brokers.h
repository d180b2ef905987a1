// The broker processes of this machine.
//
// Threads  free functions.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace barnabas::admin {

// The name of the broker's program.
inline constexpr const char* kBrokerProgram = "barnabas";

struct BrokerProcess {
  pid_t pid = 0;
  // As its command line says; nullopt: its configuration cannot be read, or leaves the id open.
  std::optional<std::int32_t> broker_id;
};

// `proc` is the mount point of the proc file system.
std::vector<BrokerProcess> running_brokers(const std::filesystem::path& proc);

}  // namespace barnabas::admin
