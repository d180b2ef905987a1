// A piece of a file to be sent, which keeps the file open.
//
// Threads  FileDescriptor is immutable; a FileRange is a value.
#pragma once

#include <unistd.h>

#include <cstdint>
#include <memory>
#include <utility>

namespace barnabas {

// Owns a file descriptor and closes it.
class FileDescriptor {
 public:
  explicit FileDescriptor(int fd) : fd_(fd) {}
  FileDescriptor(FileDescriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  FileDescriptor& operator=(FileDescriptor&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  FileDescriptor(const FileDescriptor&) = delete;
  FileDescriptor& operator=(const FileDescriptor&) = delete;
  ~FileDescriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  int get() const { return fd_; }

 private:
  int fd_;
};

struct FileRange {
  std::shared_ptr<const FileDescriptor> file;
  std::int64_t position_bytes = 0;
  std::int64_t size_bytes = 0;
};

}  // namespace barnabas
