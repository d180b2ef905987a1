#include "config/broker_values.h"

#include <boost/any.hpp>
#include <boost/program_options.hpp>
#include <vector>

#include "config/config_key.h"

namespace barnabas::config {
namespace {

namespace po = boost::program_options;

// Lets Program_options read one key of the table.
class KeySemantic final : public po::value_semantic {
 public:
  explicit KeySemantic(const ConfigKey& key) : key_(key) {}

  std::string name() const override { return std::string(type_name(key_.type)); }
  unsigned min_tokens() const override { return 1; }
  unsigned max_tokens() const override { return 1; }
  bool is_composing() const override { return false; }
  bool is_required() const override { return false; }
  void parse(boost::any& store, const std::vector<std::string>& tokens, bool) const override {
    store = parse_value(key_, tokens.front());
  }
  bool apply_default(boost::any& store) const override {
    store = key_.default_value ? parse_value(key_, *key_.default_value) : ConfigValue{};
    return true;
  }
  void notify(const boost::any&) const override {}

 private:
  const ConfigKey& key_;
};

}  // namespace

std::map<std::string, ConfigValue, std::less<>> parse_broker_values(const Properties& properties) {
  po::options_description description;
  for (const ConfigKey& key : broker_keys()) {
    description.add_options()(std::string(key.name).c_str(), new KeySemantic(key));
  }
  po::parsed_options parsed(&description);
  for (const auto& [name, value] : properties) {
    if (find_broker_key(name) != nullptr) parsed.options.emplace_back(name, std::vector{value});
  }
  po::variables_map variables;
  po::store(parsed, variables);

  std::map<std::string, ConfigValue, std::less<>> values;
  for (const auto& [name, variable] : variables) values[name] = variable.as<ConfigValue>();
  return values;
}

}  // namespace barnabas::config
