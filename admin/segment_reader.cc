#include "admin/segment_reader.h"

#include <fcntl.h>
#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <stdexcept>

namespace barnabas::admin {
namespace {

constexpr std::int64_t kUpToMagic = 17;
constexpr std::int32_t kLeastSize = 14;  // of a message of magic 0, without its offset and size

log::File open_to_read(const std::string& path) {
  FileDescriptor fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (fd.get() < 0) throw std::runtime_error(fmt::format("{}: {}", path, std::strerror(errno)));
  return {std::move(fd), path};
}

template <typename T>
T value_or_throw(Result<T> result) {
  if (!result) throw std::runtime_error(result.error().detail);
  return *result;
}

}  // namespace

SegmentReader::SegmentReader(const std::string& path)
    : path_(path), file_(open_to_read(path)), size_bytes_(value_or_throw(file_.size_bytes())) {}

bool SegmentReader::read(std::int64_t position_bytes, std::size_t size) {
  buffer_.resize(size);
  return value_or_throw(file_.read_at(position_bytes, buffer_)) == size;
}

std::optional<protocol::RecordBatchView> SegmentReader::batch_at(std::int64_t position_bytes,
                                                                 std::int64_t end) {
  end = std::min(end, size_bytes_);
  if (position_bytes >= end - kUpToMagic || !read(position_bytes, kUpToMagic)) return std::nullopt;
  const protocol::RecordBatchView header(buffer_.data());
  const std::int32_t size = header.length();
  if (size < kLeastSize) {
    throw std::runtime_error(
        fmt::format("Found record size {} smaller than minimum record overhead ({}) in file {}.",
                    size, kLeastSize, path_));
  }
  const auto overhead = static_cast<std::int64_t>(protocol::kLogOverhead);
  if (position_bytes > end - overhead - size) return std::nullopt;
  if (header.magic() < protocol::kMagicV2) {
    throw std::runtime_error(
        fmt::format("{} has a message of magic {} at position {}: only batches of magic 2 can be "
                    "shown",
                    path_, header.magic(), position_bytes));
  }
  if (header.size_bytes() < protocol::kBatchOverhead) {
    throw std::runtime_error(fmt::format("Found a batch of {} bytes, less than its header, in {}.",
                                         header.size_bytes(), path_));
  }
  if (!read(position_bytes, header.size_bytes())) return std::nullopt;
  return protocol::RecordBatchView(buffer_.data());
}

std::vector<std::uint8_t> read_whole_file(const std::string& path) {
  const log::File file = open_to_read(path);
  std::vector<std::uint8_t> content(static_cast<std::size_t>(value_or_throw(file.size_bytes())));
  content.resize(value_or_throw(file.read_at(0, content)));
  return content;
}

}  // namespace barnabas::admin
