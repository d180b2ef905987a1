#include "admin/host_lookup.h"

#include <fmt/format.h>
#include <netdb.h>
#include <sys/socket.h>

#include <optional>

namespace barnabas::admin {
namespace {

std::optional<std::string> ip_of(const std::string& host) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (getaddrinfo(host.c_str(), nullptr, &hints, &found) != 0) return std::nullopt;
  // Java prefers IPv4 where a name has both.
  const addrinfo* chosen = found;
  for (const addrinfo* at = found; at != nullptr; at = at->ai_next) {
    if (at->ai_family == AF_INET) {
      chosen = at;
      break;
    }
  }
  char text[NI_MAXHOST];
  const int status = getnameinfo(chosen->ai_addr, chosen->ai_addrlen, text, sizeof text, nullptr, 0,
                                 NI_NUMERICHOST);
  freeaddrinfo(found);
  return status == 0 ? std::optional<std::string>(text) : std::nullopt;
}

}  // namespace

bool resolves(const HostPort& server) {
  return ip_of(server.host).has_value();
}

std::string printed_address(const HostPort& server) {
  const auto ip = ip_of(server.host);
  if (!ip) return fmt::format("{}:{}", server.host, server.port);
  return fmt::format("{}/{}:{}", *ip == server.host ? "" : server.host, *ip, server.port);
}

}  // namespace barnabas::admin
