// Host names and socket addresses.
//
// Threads  resolve() waits for the resolver unless the host is numeric: not on a reactor.
#pragma once

#include <sys/socket.h>

#include <cstdint>
#include <string>
#include <vector>

#include "broker/base/result.h"

namespace barnabas::net {

class Address {
 public:
  Address(const sockaddr* address, socklen_t length);
  const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&storage_); }
  socklen_t length() const { return length_; }
  const sockaddr_storage& storage() const { return storage_; }
  int family() const { return storage_.ss_family; }

 private:
  sockaddr_storage storage_{};
  socklen_t length_;
};

// An empty host: every address of this machine (to_bind), or this machine.
// Error: NETWORK_EXCEPTION.
Result<std::vector<Address>> resolve(const std::string& host, std::int32_t port, bool to_bind);
// True where resolve() would ask nobody.
bool is_numeric(const std::string& host);

std::string numeric_host(const sockaddr_storage& address);
std::int32_t local_port(int socket);

}  // namespace barnabas::net
