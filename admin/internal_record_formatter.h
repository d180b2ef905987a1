// How kafka-console-consumer prints the records of Kafka's internal topics: as JSON, or, by the
// names that these formatters had before, as Scala prints its objects.
//
// Threads  immutable.
// Failure  std::runtime_error: the record is not of that topic.
// Source   Kafka 3.9, ApiMessageFormatter.java and what is derived from it;
// GroupMetadataManager.scala
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace barnabas::admin {

class InternalRecordFormatter {
 public:
  // nullopt: another class.
  static std::optional<InternalRecordFormatter> of_class(std::string_view class_name);

  // Appends the text of a record; nothing of one that is about something else.
  void format(const std::optional<std::string_view>& key,
              const std::optional<std::string_view>& value, std::string& out) const;

 private:
  enum class Kind { kOffsets, kGroups, kTransactions };

  InternalRecordFormatter(Kind kind, bool as_json) : kind_(kind), as_json_(as_json) {}
  void format_json(const std::optional<std::string_view>& key,
                   const std::optional<std::string_view>& value, std::string& out) const;
  void format_text(std::string_view key, const std::optional<std::string_view>& value,
                   std::string& out) const;

  Kind kind_;
  bool as_json_;
};

}  // namespace barnabas::admin
