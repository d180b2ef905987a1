// zookeeper.connect taken apart: host1:port1,host2:port2/chroot.
#pragma once

#include <string>
#include <string_view>

#include "broker/base/result.h"

namespace barnabas::zk {

struct ConnectString {
  std::string hosts;   // each with a port; 2181 where none was given
  std::string chroot;  // "" or "/a/b"

  // Errors: INVALID_CONFIG, naming what is wrong.
  static Result<ConnectString> parse(std::string_view text);
};

}  // namespace barnabas::zk
