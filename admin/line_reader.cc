#include "admin/line_reader.h"

#include <fmt/format.h>

#include <stdexcept>

#include "admin/client_properties.h"

namespace barnabas::admin {
namespace {

void require_different(const std::optional<std::string>& a, const std::optional<std::string>& b,
                       std::string_view a_name, std::string_view b_name) {
  if (a && b && *a == *b) {
    throw std::runtime_error(fmt::format("{} and {} may not be equal", a_name, b_name));
  }
}

}  // namespace

LineReader::LineReader(const config::Properties& properties)
    : parse_key_(is_true(properties, "parse.key")),
      parse_headers_(is_true(properties, "parse.headers")),
      ignore_error_(is_true(properties, "ignore.error")) {
  const auto take = [&](std::string_view key, std::string& into) {
    const auto found = properties.find(key);
    if (found != properties.end()) into = found->second;
  };
  take("key.separator", key_separator_);
  take("headers.delimiter", headers_delimiter_);
  take("headers.separator", headers_separator_);
  take("headers.key.separator", headers_key_separator_);
  if (const auto marker = properties.find("null.marker"); marker != properties.end()) {
    null_marker_ = marker->second;
  }
  require_different(headers_delimiter_, headers_separator_, "headers.delimiter",
                    "headers.separator");
  require_different(headers_delimiter_, headers_key_separator_, "headers.delimiter",
                    "headers.key.separator");
  require_different(headers_separator_, headers_key_separator_, "headers.separator",
                    "headers.key.separator");
  require_different(null_marker_, key_separator_, "null.marker", "key.separator");
  require_different(null_marker_, headers_separator_, "null.marker", "headers.separator");
  require_different(null_marker_, headers_delimiter_, "null.marker", "headers.delimiter");
  require_different(null_marker_, headers_key_separator_, "null.marker", "headers.key.separator");
}

std::optional<std::string> LineReader::unless_null(std::string_view text) const {
  if (null_marker_ && text == *null_marker_) return std::nullopt;
  return std::string(text);
}

std::optional<std::string_view> LineReader::cut(bool enabled, std::string_view& rest,
                                                std::string_view line, std::size_t line_number,
                                                std::string_view separator,
                                                std::string_view separator_name) const {
  if (!enabled) return std::nullopt;
  const std::size_t at = rest.find(separator);
  if (at == std::string_view::npos) {
    if (ignore_error_) return std::nullopt;
    throw std::runtime_error(
        fmt::format("No {} found on line number {}: '{}'", separator_name, line_number, line));
  }
  const std::string_view part = rest.substr(0, at);
  rest.remove_prefix(at + separator.size());
  return part;
}

LineRecord LineReader::parse(std::string_view line, std::size_t line_number) const {
  LineRecord record;
  std::string_view rest = line;
  const auto headers =
      cut(parse_headers_, rest, line, line_number, headers_delimiter_, "headers delimiter");
  const auto key = cut(parse_key_, rest, line, line_number, key_separator_, "key separator");
  if (key) record.key = unless_null(*key);
  record.value = unless_null(rest);
  if (headers && unless_null(*headers)) parse_headers(*headers, line_number, record);
  return record;
}

void LineReader::parse_headers(std::string_view text, std::size_t line_number,
                               LineRecord& record) const {
  // As Java splits: nothing behind the last separators.
  while (text.size() > headers_separator_.size() && text.ends_with(headers_separator_)) {
    text.remove_suffix(headers_separator_.size());
  }
  while (true) {
    const std::size_t end = text.find(headers_separator_);
    const std::string_view header = text.substr(0, end);
    const std::size_t at = header.find(headers_key_separator_);
    if (at != std::string_view::npos) {
      const std::string_view key = header.substr(0, at);
      if (!unless_null(key)) {
        throw std::runtime_error(
            fmt::format("Header keys should not be equal to the null marker '{}' as they can't be "
                        "null",
                        *null_marker_));
      }
      record.headers.emplace_back(std::string(key),
                                  unless_null(header.substr(at + headers_key_separator_.size())));
    } else if (ignore_error_) {
      record.headers.emplace_back(std::string(header), std::nullopt);
    } else {
      throw std::runtime_error(fmt::format(
          "No header key separator found in pair '{}' on line number {}", header, line_number));
    }
    if (end == std::string_view::npos) return;
    text.remove_prefix(end + headers_separator_.size());
  }
}

}  // namespace barnabas::admin
