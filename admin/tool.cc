#include "admin/tool.h"

#include <fmt/format.h>

#include <cstdio>
#include <regex>

#include "admin/version.h"

namespace barnabas::admin {

int print_usage(const OptionParser& parser, std::string_view message) {
  fmt::print(stderr, "{}\n{}", message, parser.help());
  return 1;
}

std::optional<int> help_or_version(const OptionParser& parser, const Arguments& arguments,
                                   const Options& options, std::string_view purpose) {
  if (arguments.empty() || options.has("help")) return print_usage(parser, purpose);
  if (options.has("version")) {
    fmt::print("{}\n", kVersion);
    return 0;
  }
  return std::nullopt;
}

void require_options(const Options& options, const std::vector<std::string>& names) {
  for (const std::string& name : names) {
    if (!options.has(name)) {
      throw UsageError(fmt::format("Missing required argument \"[{}]\"", name));
    }
  }
}

void refuse_together(const Options& options, std::string_view used,
                     const std::vector<std::string>& others) {
  if (!options.has(used)) return;
  for (const std::string& other : others) {
    if (options.has(other)) {
      throw UsageError(
          fmt::format("Option \"[{}]\" can't be used with option \"[{}]\"", used, other));
    }
  }
}

void require_host_ports(std::string_view text) {
  static const std::regex kHostPorts(R"(\s*[^\s,]+:\d+\s*(,\s*[^\s,]+:\d+\s*)*)");
  if (!std::regex_match(text.begin(), text.end(), kHostPorts)) {
    throw UsageError("Please provide valid host:port like host1:9091,host2:9092\n ");
  }
}

}  // namespace barnabas::admin
