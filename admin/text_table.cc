#include "admin/text_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

namespace barnabas::admin {
namespace {

constexpr std::size_t kWidth = 80;
constexpr std::size_t kGap = 2;
constexpr std::size_t kIndent = 2;  // of what follows the first line of a piece

// Breaks between words; a longer word keeps its line to itself.
std::vector<std::string> wrap(std::string_view text, std::size_t width) {
  std::vector<std::string> lines;
  while (true) {
    const std::size_t line_end = text.find('\n');
    std::string_view piece = text.substr(0, line_end);
    std::string line;
    bool first = true;
    while (!piece.empty()) {
      const std::size_t space = piece.find(' ');
      const std::string_view word = piece.substr(0, space);
      piece.remove_prefix(space == std::string_view::npos ? piece.size() : space + 1);
      if (!first && line.size() + 1 + word.size() > width) {
        lines.push_back(line);
        line = std::string(kIndent, ' ').append(word);
      } else {
        if (!first) line += ' ';
        line += word;
      }
      first = false;
    }
    lines.push_back(line);
    if (line_end == std::string_view::npos) return lines;
    text.remove_prefix(line_end + 1);
  }
}

}  // namespace

std::string two_columns(const std::vector<TextRow>& rows) {
  std::size_t widest = 0;
  for (const TextRow& row : rows) widest = std::max(widest, row.left.size());
  const std::size_t left_width = std::min((kWidth - kGap) / 2, widest);
  const std::size_t right_width = kWidth - kGap - left_width;

  std::string out;
  for (const TextRow& row : rows) {
    const auto left = wrap(row.left, left_width);
    const auto right = wrap(row.right, right_width);
    for (std::size_t i = 0; i < std::max(left.size(), right.size()); ++i) {
      const std::string_view l = i < left.size() ? std::string_view(left[i]) : "";
      const std::string_view r = i < right.size() ? std::string_view(right[i]) : "";
      std::string line = fmt::format("{:<{}}{}", l, left_width + kGap, r);
      line.erase(line.find_last_not_of(' ') + 1);
      out += line + '\n';
    }
  }
  return out;
}

}  // namespace barnabas::admin
