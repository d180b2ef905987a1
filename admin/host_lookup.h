// Names of hosts, for what the tools tell about a connection.
//
// Threads  free functions; they may wait for the name service.
#pragma once

#include <string>

#include "admin/admin_config.h"

namespace barnabas::admin {

// True when the host has an address.
bool resolves(const HostPort& server);

// As Java prints an address: name/ip:port, /ip:port when the host was given as an address, and the
// name alone when it does not resolve.
std::string printed_address(const HostPort& server);

}  // namespace barnabas::admin
