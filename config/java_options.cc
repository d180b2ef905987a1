#include "config/java_options.h"

#include <fmt/format.h>

#include <map>
#include <regex>
#include <sstream>

namespace barnabas::config {
namespace {

// -Dname=value -Dother=value: the last one counts.
std::map<std::string, std::string, std::less<>> system_properties(std::string_view options) {
  std::map<std::string, std::string, std::less<>> properties;
  std::istringstream words{std::string(options)};
  for (std::string word; words >> word;) {
    if (!word.starts_with("-D")) continue;
    const std::size_t equals = word.find('=');
    if (equals != std::string::npos)
      properties[word.substr(2, equals - 2)] = word.substr(equals + 1);
  }
  return properties;
}

// A JAAS file: `Name { module flag option=value ...; };`, with Java's comments.
bool has_jaas_section(const std::string& text, const std::string& name) {
  static const std::regex kComment(R"(//[^\n]*|/\*[^*]*\*+([^/*][^*]*\*+)*/)");
  static const std::regex kSection(R"(([A-Za-z0-9_.$-]+)\s*\{)");
  const std::string plain = std::regex_replace(text, kComment, " ");
  for (std::sregex_iterator at(plain.begin(), plain.end(), kSection), end; at != end; ++at) {
    if ((*at)[1] == name) return true;
  }
  return false;
}

}  // namespace

std::optional<std::string> zookeeper_options_problem(
    std::string_view kafka_opts,
    const std::function<std::optional<std::string>(const std::string&)>& read_file) {
  const auto properties = system_properties(kafka_opts);
  const auto value = [&properties](std::string_view name, std::string_view otherwise) {
    const auto found = properties.find(name);
    return found != properties.end() ? found->second : std::string(otherwise);
  };
  if (value("zookeeper.client.secure", "false") == "true") {
    return "KAFKA_OPTS asks for TLS to ZooKeeper (-Dzookeeper.client.secure=true), which is not "
           "supported; remove it and connect to ZooKeeper's plain port";
  }
  const std::string jaas_file = value("java.security.auth.login.config", "");
  if (jaas_file.empty() || value("zookeeper.sasl.client", "true") == "false") return std::nullopt;
  const std::string section = value("zookeeper.sasl.clientconfig", "Client");
  const std::optional<std::string> text = read_file(jaas_file);
  if (!text || !has_jaas_section(*text, section)) return std::nullopt;
  return fmt::format(
      "KAFKA_OPTS asks for SASL to ZooKeeper (section {} of {}), which is not supported; use "
      "barnabas.zookeeper.digest.auth=user:password in its place and remove the section, or set "
      "-Dzookeeper.sasl.client=false",
      section, jaas_file);
}

}  // namespace barnabas::config
