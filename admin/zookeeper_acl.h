// Access lists of nodes, as zookeeper-shell reads and prints them: scheme:id:permissions,...
//
// Threads  free functions.
// Source   ZooKeeper 3.8, cli/AclParser.java, ZKUtil.java (getPermString)
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "zkclient/session/sync_client.h"

namespace barnabas::admin {

struct ParsedAcl {
  std::vector<zk::AclEntry> entries;
  std::vector<std::string> complaints;  // of what was passed over, in ZooKeeper's words
};

// An id may have colons of its own (user:digest); permissions are letters of "cdrwa".
ParsedAcl parse_acl(std::string_view text);

// Two lines for each entry, as the shell has them.
std::string acl_lines(const std::vector<zk::AclEntry>& acl);

}  // namespace barnabas::admin
