#include "config/properties.h"

#include <fmt/format.h>

#include <cerrno>
#include <cstdint>
#include <cstring>
#include <fstream>
#include <iterator>

namespace barnabas::config {
namespace {

bool is_blank(char c) {
  return c == ' ' || c == '\t' || c == '\f';
}
bool is_line_end(char c) {
  return c == '\n' || c == '\r';
}

void append_utf8(std::string& out, std::uint32_t code_point) {
  if (code_point < 0x80) {
    out += static_cast<char>(code_point);
  } else if (code_point < 0x800) {
    out += static_cast<char>(0xC0 | (code_point >> 6));
    out += static_cast<char>(0x80 | (code_point & 0x3F));
  } else if (code_point < 0x10000) {
    out += static_cast<char>(0xE0 | (code_point >> 12));
    out += static_cast<char>(0x80 | ((code_point >> 6) & 0x3F));
    out += static_cast<char>(0x80 | (code_point & 0x3F));
  } else {
    out += static_cast<char>(0xF0 | (code_point >> 18));
    out += static_cast<char>(0x80 | ((code_point >> 12) & 0x3F));
    out += static_cast<char>(0x80 | ((code_point >> 6) & 0x3F));
    out += static_cast<char>(0x80 | (code_point & 0x3F));
  }
}

// Takes the next logical line: comments and blank lines skipped, continuations joined (their
// leading blanks dropped), escapes still in place. False at the end of the text.
bool next_logical_line(std::string_view& text, std::string& line) {
  line.clear();
  bool continued = false;
  while (!text.empty()) {
    std::size_t start = 0;
    while (start < text.size() && is_blank(text[start])) ++start;
    std::size_t end = start;
    while (end < text.size() && !is_line_end(text[end])) ++end;
    const std::string_view natural = text.substr(start, end - start);
    // \r\n is one line end.
    std::size_t next = end;
    if (next < text.size() && text[next] == '\r') ++next;
    if (next < text.size() && text[next] == '\n' && (next == end || text[end] == '\r')) ++next;
    text.remove_prefix(next);

    if (!continued) {
      if (natural.empty() || natural[0] == '#' || natural[0] == '!') continue;
    }
    std::size_t backslashes = 0;
    while (backslashes < natural.size() && natural[natural.size() - 1 - backslashes] == '\\') {
      ++backslashes;
    }
    continued = backslashes % 2 == 1;
    line += natural.substr(0, natural.size() - (continued ? 1 : 0));
    if (!continued) return true;
  }
  return !line.empty();
}

class Unescaper {
 public:
  explicit Unescaper(std::string_view escaped) : rest_(escaped) {}

  std::string run() {
    while (!rest_.empty()) {
      const char c = take();
      if (c != '\\' || rest_.empty()) {
        if (c != '\\') out_ += c;  // a lone backslash at the end is dropped, as in Java
        continue;
      }
      switch (const char escaped = take(); escaped) {
        case 't':
          out_ += '\t';
          break;
        case 'n':
          out_ += '\n';
          break;
        case 'r':
          out_ += '\r';
          break;
        case 'f':
          out_ += '\f';
          break;
        case 'u':
          unicode();
          break;
        default:
          out_ += escaped;
      }
    }
    return std::move(out_);
  }

 private:
  char take() {
    const char c = rest_.front();
    rest_.remove_prefix(1);
    return c;
  }

  std::uint32_t code_unit() {
    std::uint32_t unit = 0;
    for (int i = 0; i < 4; ++i) {
      const char c = rest_.empty() ? '\0' : take();
      unit <<= 4;
      if (c >= '0' && c <= '9') {
        unit |= static_cast<std::uint32_t>(c - '0');
      } else if (c >= 'a' && c <= 'f') {
        unit |= static_cast<std::uint32_t>(c - 'a' + 10);
      } else if (c >= 'A' && c <= 'F') {
        unit |= static_cast<std::uint32_t>(c - 'A' + 10);
      } else {
        throw ConfigError("Malformed \\uxxxx encoding: four hexadecimal digits must follow \\u.");
      }
    }
    return unit;
  }

  // Java writes what lies beyond the basic plane as two escapes, a surrogate pair.
  void unicode() {
    std::uint32_t unit = code_unit();
    if (unit >= 0xD800 && unit < 0xDC00 && rest_.starts_with("\\u")) {
      const std::string_view before = rest_;
      rest_.remove_prefix(2);
      const std::uint32_t low = code_unit();
      if (low >= 0xDC00 && low < 0xE000) {
        unit = 0x10000 + ((unit - 0xD800) << 10) + (low - 0xDC00);
      } else {
        rest_ = before;
      }
    }
    append_utf8(out_, unit);
  }

  std::string_view rest_;
  std::string out_;
};

}  // namespace

Properties parse_properties(std::string_view text) {
  Properties properties;
  std::string line;
  while (next_logical_line(text, line)) {
    // The key ends at the first separator that is not escaped.
    std::size_t key_end = 0;
    while (key_end < line.size() && line[key_end] != '=' && line[key_end] != ':' &&
           !is_blank(line[key_end])) {
      key_end += line[key_end] == '\\' ? 2 : 1;
    }
    key_end = std::min(key_end, line.size());
    std::size_t value_start = key_end;
    while (value_start < line.size() && is_blank(line[value_start])) ++value_start;
    if (value_start < line.size() && (line[value_start] == '=' || line[value_start] == ':')) {
      ++value_start;
      while (value_start < line.size() && is_blank(line[value_start])) ++value_start;
    }
    const std::string_view whole = line;
    properties[Unescaper(whole.substr(0, key_end)).run()] =
        Unescaper(whole.substr(value_start)).run();
  }
  return properties;
}

Properties read_properties_file(const std::string& path) {
  errno = 0;
  std::ifstream file(path, std::ios::binary);
  std::string text;
  if (file) text.assign(std::istreambuf_iterator<char>(file), {});
  if (!file || file.bad()) {
    throw ConfigError(
        fmt::format("{}: {}", path, errno != 0 ? std::strerror(errno) : "cannot be read"));
  }
  try {
    return parse_properties(text);
  } catch (const ConfigError& error) {
    throw ConfigError(fmt::format("{}: {}", path, error.what()));
  }
}

void add_property(Properties& properties, std::string_view key_and_value) {
  const std::size_t equals = key_and_value.find('=');
  const std::string_view key = key_and_value.substr(0, equals);
  if (key.empty()) {
    throw ConfigError(fmt::format("'{}' must have the form key=value", key_and_value));
  }
  properties[std::string(key)] =
      equals == std::string_view::npos ? "" : key_and_value.substr(equals + 1);
}

}  // namespace barnabas::config
