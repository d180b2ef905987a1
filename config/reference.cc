#include "config/reference.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <string_view>

#include "config/config_key.h"
#include "config/config_value.h"
#include "config/valid_values.h"

namespace barnabas::config {
namespace {

constexpr std::string_view kPageHead =
    "# Configuration\n"
    "\n"
    "Every key that a broker knows, and every config of a topic. This page is generated from the\n"
    "tables that the broker itself reads: `barnabas --config-reference > docs/configuration.md`;\n"
    "a test fails when it is stale. `barnabas --help` prints the broker's part of it.\n"
    "\n"
    "Names, types, defaults and valid values are those of Apache Kafka 3.9 in ZooKeeper mode, and "
    "so\n"
    "is the update mode: when Kafka lets a value change without a restart. A key that is *not\n"
    "supported yet* is accepted, checked and told by DescribeConfigs, and has no effect; a broker\n"
    "where it is set says so at its start, and when it first meets a topic of which it is set. A\n"
    "key with *no counterpart* tunes a part of Kafka that is not here; it is accepted without a\n"
    "word. A key of *KRaft mode* has no effect in ZooKeeper mode, in Kafka neither. An unknown "
    "key\n"
    "is warned about and has no effect.\n"
    "\n"
    "A value that cannot be used stops the start with a message that names key and value.\n";

std::string lower_type(ConfigType type) {
  std::string name(type_name(type));
  std::ranges::transform(name, name.begin(), [](unsigned char c) { return std::tolower(c); });
  return name;
}

std::string limit(double number) {
  const auto whole = static_cast<std::int64_t>(number);
  return static_cast<double>(whole) == number ? fmt::format("{}", whole)
                                              : value_to_string(number).value_or("");
}

std::string interval(const ValidValues& valid) {
  if (valid.most == kUnbounded) return fmt::format("at least {}", limit(valid.least));
  return fmt::format("{} to {}", limit(valid.least), limit(valid.most));
}

// Empty: every value of the type.
std::string valid_text(const ValidValues& valid) {
  switch (valid.kind) {
    case ValidValues::Kind::kAny:
      return "";
    case ValidValues::Kind::kRange:
      return interval(valid);
    case ValidValues::Kind::kLevelOrDefault:
      return interval(valid) + ", or -1";
    case ValidValues::Kind::kOneOf:
      return fmt::format("one of {}", valid.words);
    case ValidValues::Kind::kListOf:
      return fmt::format("of {}", valid.words);
    case ValidValues::Kind::kThrottledReplicas:
      return "\\* or partition:broker,...";
    case ValidValues::Kind::kVersion:
      return "a release, such as 3.9 or 3.9-IV0";
    case ValidValues::Kind::kNonEmpty:
      return "not empty";
  }
  return "";
}

std::string_view importance_text(Importance importance) {
  switch (importance) {
    case Importance::kHigh:
      return "high";
    case Importance::kMedium:
      return "medium";
    case Importance::kLow:
      return "low";
  }
  return "";
}

std::string_view update_text(const ConfigKey& key) {
  if (key.visibility == Visibility::kDynamicOnly) return "dynamic only";
  switch (key.update_mode) {
    case UpdateMode::kReadOnly:
      return "read-only";
    case UpdateMode::kClusterWide:
      return "cluster-wide";
    case UpdateMode::kPerBroker:
      return "per-broker";
  }
  return "";
}

std::string_view support_text(const ConfigKey& key) {
  if (key.support == Support::kNotYet) return "Not supported yet.";
  return key.support == Support::kNoCounterpart ? "No counterpart." : "";
}

// What the default looks like to a reader; null and an empty text are different things.
std::string default_text(const ConfigKey& key) {
  if (!key.default_value) return "none";
  return key.default_value->empty() ? "empty" : fmt::format("`{}`", *key.default_value);
}

void append_table(std::string& page, std::span<const ConfigKey> keys, bool topics) {
  page += topics ? "| config | type | default | valid | importance | broker key | what |\n"
                   "|---|---|---|---|---|---|---|\n"
                 : "| key | type | default | valid | importance | update mode | what |\n"
                   "|---|---|---|---|---|---|---|\n";
  for (const ConfigKey& key : keys) {
    std::string what;
    if (!support_text(key).empty()) what = fmt::format("*{}* ", support_text(key));
    what += key.doc;
    if (!topics && !key.synonym.empty()) what += fmt::format(" Topic config: `{}`.", key.synonym);
    const std::string seventh = topics ? key.synonym.empty() ? "" : fmt::format("`{}`", key.synonym)
                                       : std::string(update_text(key));
    page += fmt::format("| `{}` | {} | {} | {} | {} | {} | {} |\n", key.name, lower_type(key.type),
                        default_text(key), valid_text(key.valid), importance_text(key.importance),
                        seventh, what);
  }
}

// Lines of at most 100 characters, each behind `indent`.
std::string wrapped(std::string_view text, std::string_view indent) {
  std::string out;
  std::string line(indent);
  while (!text.empty()) {
    const auto blank = text.find(' ');
    const std::string_view word = text.substr(0, blank);
    if (line.size() > indent.size() && line.size() + word.size() + 1 > 100) {
      out += line + "\n";
      line = indent;
    }
    if (line.size() > indent.size()) line += ' ';
    line += word;
    text.remove_prefix(blank == std::string_view::npos ? text.size() : blank + 1);
  }
  return out + line + "\n";
}

}  // namespace

std::string help_text() {
  std::string text;
  for (const KeySubject& subject : broker_key_subjects()) {
    text += fmt::format("\n{}: {}\n", subject.title, subject.about);
    for (const ConfigKey& key : subject.keys) {
      if (key.visibility == Visibility::kDynamicOnly) continue;
      const std::string valid = valid_text(key.valid);
      text +=
          fmt::format("  {}=<{}>  default: {}{}{}\n", key.name, lower_type(key.type),
                      key.default_value.value_or("none"), valid.empty() ? "" : "; valid: ", valid);
      const std::string_view support = support_text(key);
      text +=
          wrapped(fmt::format("{}{}{}", support, support.empty() ? "" : " ", key.doc), "      ");
    }
  }
  return text;
}

std::string reference_page() {
  std::string page(kPageHead);
  for (const KeySubject& subject : broker_key_subjects()) {
    page += fmt::format("\n## {}\n\n{}\n\n", subject.title, subject.about);
    append_table(page, subject.keys, /*topics=*/false);
  }
  page +=
      "\n## Topics\n\nThe configs of a topic. What a topic does not set itself it takes from the "
      "broker key beside it.\n\n";
  append_table(page, topic_keys(), /*topics=*/true);
  return page;
}

}  // namespace barnabas::config
