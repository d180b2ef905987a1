#include "broker/net/address.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>

#include <array>
#include <cstring>

#include "broker/base/check.h"
#include "broker/protocol/error_code.h"

namespace barnabas::net {

Address::Address(const sockaddr* address, socklen_t length) : length_(length) {
  CHECK(length <= sizeof storage_);
  std::memcpy(&storage_, address, length);
}

Result<std::vector<Address>> resolve(const std::string& host, std::int32_t port, bool to_bind) {
  addrinfo hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_NUMERICSERV | (to_bind ? AI_PASSIVE : 0);
  addrinfo* list = nullptr;
  const int failure = ::getaddrinfo(host.empty() ? nullptr : host.c_str(),
                                    std::to_string(port).c_str(), &hints, &list);
  if (failure != 0) {
    return Error{ErrorCode::kNetworkException, fmt::format("{}: {}", host, gai_strerror(failure))};
  }
  std::vector<Address> addresses;
  for (const addrinfo* at = list; at != nullptr; at = at->ai_next) {
    const Address address(at->ai_addr, at->ai_addrlen);
    // One IPv6 socket takes IPv4 too, but not the other way round.
    const bool first = to_bind && host.empty() && address.family() == AF_INET6;
    addresses.insert(first ? addresses.begin() : addresses.end(), address);
  }
  ::freeaddrinfo(list);
  return addresses;
}

bool is_numeric(const std::string& host) {
  in6_addr ignored;
  return ::inet_pton(AF_INET, host.c_str(), &ignored) == 1 ||
         ::inet_pton(AF_INET6, host.c_str(), &ignored) == 1;
}

std::string numeric_host(const sockaddr_storage& address) {
  std::array<char, NI_MAXHOST> text{};
  const int failure = ::getnameinfo(reinterpret_cast<const sockaddr*>(&address), sizeof address,
                                    text.data(), text.size(), nullptr, 0, NI_NUMERICHOST);
  if (failure != 0) return "unknown";
  constexpr std::string_view kMapped = "::ffff:";  // IPv4 through an IPv6 socket
  const std::string_view host = text.data();
  return std::string(host.starts_with(kMapped) ? host.substr(kMapped.size()) : host);
}

std::int32_t local_port(int socket) {
  sockaddr_storage address{};
  socklen_t length = sizeof address;
  CHECK(::getsockname(socket, reinterpret_cast<sockaddr*>(&address), &length) == 0);
  return address.ss_family == AF_INET6
             ? ntohs(reinterpret_cast<const sockaddr_in6&>(address).sin6_port)
             : ntohs(reinterpret_cast<const sockaddr_in&>(address).sin_port);
}

}  // namespace barnabas::net
