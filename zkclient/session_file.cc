#include "zkclient/session_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstdio>
#include <cstring>
#include <string_view>

#include "broker/protocol/error_code.h"

namespace barnabas::zk {
namespace {

constexpr std::size_t kLongestFile = 256;

std::optional<std::string> from_hex(std::string_view text) {
  if (text.size() % 2 != 0) return std::nullopt;
  std::string bytes;
  for (std::size_t i = 0; i < text.size(); i += 2) {
    unsigned byte = 0;
    const auto [end, error] = std::from_chars(text.data() + i, text.data() + i + 2, byte, 16);
    if (error != std::errc{} || end != text.data() + i + 2) return std::nullopt;
    bytes.push_back(static_cast<char>(byte));
  }
  return bytes;
}

}  // namespace

// One line: the id and the password, both in hexadecimal.
Result<void> write_session_file(const std::string& path, const SessionId& session) {
  const auto failed = [&path] {
    return Error{ErrorCode::kKafkaStorageError,
                 fmt::format("Cannot write {}: {}", path, std::strerror(errno))};
  };
  std::string text = fmt::format("{:016x} ", static_cast<std::uint64_t>(session.id));
  for (const char byte : session.password) {
    text += fmt::format("{:02x}", static_cast<unsigned char>(byte));
  }
  text += '\n';
  const std::string next = path + ".tmp";
  const int fd = ::open(next.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (fd < 0) return failed();
  const bool written = ::write(fd, text.data(), text.size()) == static_cast<ssize_t>(text.size());
  ::close(fd);
  if (!written || ::rename(next.c_str(), path.c_str()) != 0) return failed();
  return {};
}

std::optional<SessionId> read_session_file(const std::string& path) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return std::nullopt;
  std::string text(kLongestFile, '\0');
  const ssize_t size = ::read(fd, text.data(), text.size());
  ::close(fd);
  if (size <= 0) return std::nullopt;
  text.resize(static_cast<std::size_t>(size));

  const auto space = text.find(' ');
  if (space == std::string::npos || !text.ends_with('\n')) return std::nullopt;
  std::uint64_t id = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + space, id, 16);
  const auto password = from_hex(std::string_view(text).substr(space + 1, text.size() - space - 2));
  if (error != std::errc{} || end != text.data() + space || id == 0 || !password) {
    return std::nullopt;
  }
  return SessionId{static_cast<std::int64_t>(id), *password};
}

void remove_session_file(const std::string& path) {
  ::unlink(path.c_str());
}

}  // namespace barnabas::zk
