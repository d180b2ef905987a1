#include "admin/java_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace barnabas::admin {
namespace {

// From the shortest digits that say which number it is.
template <typename T>
std::string real_text(T value) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value < 0 ? "-Infinity" : "Infinity";
  const std::string shortest = fmt::format("{}", value);
  const T size = std::abs(value);
  if (size == 0 || (size >= T(1e-3) && size < T(1e7))) {
    return shortest.find('.') == std::string::npos ? shortest + ".0" : shortest;
  }
  const std::size_t e = shortest.find('e');
  const std::size_t point = std::min(shortest.find('.'), std::min(e, shortest.size()));
  std::string digits;
  int exponent = e == std::string::npos ? 0 : std::stoi(shortest.substr(e + 1));
  for (std::size_t at = 0; at < std::min(e, shortest.size()); ++at) {
    const char c = shortest[at];
    if (c < '0' || c > '9' || (c == '0' && digits.empty())) continue;
    // How far the first digit stands from the point.
    if (digits.empty()) exponent += static_cast<int>(point) - static_cast<int>(at) - (at < point);
    digits += c;
  }
  while (digits.size() > 1 && digits.back() == '0') digits.pop_back();
  return fmt::format("{}{}.{}E{}", value < 0 ? "-" : "", digits[0],
                     digits.size() > 1 ? digits.substr(1) : "0", exponent);
}

}  // namespace

std::string java_real(double value) {
  return real_text(value);
}

std::string java_real(float value) {
  return real_text(value);
}

std::vector<std::string_view> java_split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  for (std::size_t start = 0;;) {
    const std::size_t end = text.find(separator, start);
    parts.push_back(text.substr(start, end - start));
    if (end == std::string_view::npos) break;
    start = end + 1;
  }
  if (parts.size() == 1) return parts;
  while (!parts.empty() && parts.back().empty()) parts.pop_back();
  return parts;
}

std::string_view java_trim(std::string_view text) {
  const auto blank = [](unsigned char c) { return c <= ' '; };
  while (!text.empty() && blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && blank(text.back())) text.remove_suffix(1);
  return text;
}

}  // namespace barnabas::admin
