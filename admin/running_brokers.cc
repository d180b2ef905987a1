#include "admin/running_brokers.h"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <fstream>
#include <iterator>
#include <system_error>

#include "config/properties.h"

namespace barnabas::admin {
namespace {

namespace fs = std::filesystem;

std::string read_file(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::vector<std::string> command_line(const fs::path& process) {
  std::vector<std::string> arguments;
  const std::string text = read_file(process / "cmdline");
  for (std::size_t start = 0; start < text.size();) {
    const std::size_t end = std::min(text.find('\0', start), text.size());
    arguments.push_back(text.substr(start, end - start));
    start = end + 1;
  }
  return arguments;
}

std::optional<std::int32_t> broker_id_of(const fs::path& process,
                                         const std::vector<std::string>& arguments) {
  if (arguments.size() < 2) return std::nullopt;
  try {
    config::Properties properties = config::read_properties_file(process / "cwd" / arguments[1]);
    for (std::size_t i = 2; i + 1 < arguments.size(); ++i) {
      if (arguments[i] == "--override") config::add_property(properties, arguments[i + 1]);
    }
    for (const char* key : {"broker.id", "node.id"}) {
      const auto found = properties.find(key);
      if (found == properties.end()) continue;
      std::int32_t id = -1;
      std::from_chars(found->second.data(), found->second.data() + found->second.size(), id);
      if (id >= 0) return id;
    }
  } catch (const config::ConfigError&) {
    return std::nullopt;  // the file is gone or not ours to read
  }
  return std::nullopt;
}

}  // namespace

std::vector<BrokerProcess> running_brokers(const fs::path& proc) {
  std::vector<BrokerProcess> brokers;
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(proc, ignored)) {
    const std::string name = entry.path().filename();
    pid_t pid = 0;
    const auto parsed = std::from_chars(name.data(), name.data() + name.size(), pid);
    if (parsed.ec != std::errc{} || parsed.ptr != name.data() + name.size()) continue;
    if (read_file(entry.path() / "comm") != std::string(kBrokerProgram) + "\n") continue;
    // A process that has ended and is not yet waited for has no command line any more.
    const auto arguments = command_line(entry.path());
    if (arguments.empty()) continue;
    brokers.push_back({pid, broker_id_of(entry.path(), arguments)});
  }
  std::ranges::sort(brokers, {}, &BrokerProcess::pid);
  return brokers;
}

}  // namespace barnabas::admin
