// What a broker tells its reaper, one message a packet. Both run on one machine, from one build.
#pragma once

#include <sys/types.h>

#include <array>
#include <cstdint>
#include <cstring>

namespace barnabas::zk {

struct ReaperMessage {
  static constexpr std::size_t kMaxServers = 2048;

  enum class Kind : std::uint8_t {
    kWatch,  // close this session when process `broker` has ended; replaces any before
    kQuit,   // the session is closed: make sure of it, and end
  };

  Kind kind = Kind::kQuit;
  pid_t broker = 0;
  std::int64_t session = 0;
  std::array<char, 16> password{};
  std::int32_t timeout_ms = 0;
  std::array<char, kMaxServers + 1> servers{};  // host:port,host:port and a zero
};

}  // namespace barnabas::zk
