#include "admin/zookeeper_acl.h"

#include <fmt/format.h>

#include <array>
#include <cstdint>
#include <utility>

#include "admin/java_text.h"

namespace barnabas::admin {
namespace {

// The bits are ZooKeeper's, in the order in which they are printed.
constexpr std::array<std::pair<char, std::int32_t>, 5> kPermissions{
    {{'c', 4}, {'d', 8}, {'r', 1}, {'w', 2}, {'a', 16}}};

std::int32_t permission(char letter) {
  for (const auto& [name, bit] : kPermissions) {
    if (name == letter) return bit;
  }
  return 0;
}

}  // namespace

ParsedAcl parse_acl(std::string_view text) {
  ParsedAcl parsed;
  for (const std::string_view part : java_split(text, ',')) {
    const std::size_t first = part.find(':');
    const std::size_t last = part.rfind(':');
    if (first == last) {
      parsed.complaints.push_back(fmt::format("{} does not have the form scheme:id:perm", part));
      continue;
    }
    zk::AclEntry entry{.scheme = std::string(part.substr(0, first)),
                       .id = std::string(part.substr(first + 1, last - first - 1)),
                       .permissions = 0};
    for (const char letter : part.substr(last + 1)) {
      const std::int32_t bit = permission(letter);
      if (bit == 0) parsed.complaints.push_back(fmt::format("Unknown perm type: {}", letter));
      entry.permissions |= bit;
    }
    parsed.entries.push_back(std::move(entry));
  }
  return parsed;
}

std::string acl_lines(const std::vector<zk::AclEntry>& acl) {
  std::string lines;
  for (const zk::AclEntry& entry : acl) {
    lines += fmt::format("'{},'{}\n: ", entry.scheme, entry.id);
    for (const auto& [name, bit] : kPermissions) {
      if ((entry.permissions & bit) != 0) lines += name;
    }
    lines += '\n';
  }
  return lines;
}

}  // namespace barnabas::admin
