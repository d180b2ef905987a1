#include "zkclient/connect_string.h"

#include <fmt/format.h>

#include <charconv>

#include "broker/protocol/error_code.h"

namespace barnabas::zk {
namespace {

constexpr std::string_view kDefaultPort = "2181";

Error invalid(std::string_view text, std::string_view why) {
  return {ErrorCode::kInvalidConfig,
          fmt::format("Invalid value {} for configuration zookeeper.connect: {}; expected "
                      "host1:port1,host2:port2/chroot",
                      text, why)};
}

bool is_port(std::string_view text) {
  int port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  return error == std::errc{} && end == text.data() + text.size() && port > 0 && port <= 65535;
}

std::string_view trim(std::string_view text) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  while (text.ends_with(' ')) text.remove_suffix(1);
  return text;
}

}  // namespace

Result<ConnectString> ConnectString::parse(std::string_view text) {
  ConnectString result;
  std::string_view hosts = trim(text);
  if (const auto slash = hosts.find('/'); slash != std::string_view::npos) {
    std::string_view chroot = hosts.substr(slash);
    hosts = hosts.substr(0, slash);
    if (chroot != "/" && chroot.ends_with('/')) return invalid(text, "the chroot ends with /");
    if (chroot.find("//") != std::string_view::npos) {
      return invalid(text, "the chroot has an empty component");
    }
    if (chroot != "/") result.chroot = chroot;
  }
  while (true) {
    const auto comma = hosts.find(',');
    const std::string_view host = trim(hosts.substr(0, comma));
    // An IPv6 address stands in brackets; its colons are not the port's.
    const auto bracket = host.rfind(']');
    const auto colon = host.rfind(':');
    const bool has_port =
        colon != std::string_view::npos && (bracket == std::string_view::npos || colon > bracket);
    if (host.empty() || colon == 0) return invalid(text, "a host is missing");
    if (has_port && !is_port(host.substr(colon + 1))) return invalid(text, "a port is not a port");
    if (!result.hosts.empty()) result.hosts += ',';
    result.hosts += has_port ? std::string(host) : fmt::format("{}:{}", host, kDefaultPort);
    if (comma == std::string_view::npos) return result;
    hosts.remove_prefix(comma + 1);
  }
}

}  // namespace barnabas::zk
