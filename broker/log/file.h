// Every file system call of this folder. errno ends here: it becomes KAFKA_STORAGE_ERROR with the
// path and the system's words in the detail; but see open_to_read. Interrupted and short calls are
// continued.
//
// Threads  Directory and File are immutable after they are made; concurrent calls are the kernel's
//          to order.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "broker/base/bytes.h"
#include "broker/base/clock.h"
#include "broker/base/file_range.h"
#include "broker/base/result.h"

namespace barnabas::log {

// One open file.
class File {
 public:
  File(FileDescriptor fd, std::string name)
      : fd_(std::make_shared<FileDescriptor>(std::move(fd))), name_(std::move(name)) {}
  // One that is open already.
  File(std::shared_ptr<const FileDescriptor> fd, std::string name)
      : fd_(std::move(fd)), name_(std::move(name)) {}

  // Its path when it was opened; for people.
  const std::string& name() const { return name_; }
  // Shared with the FileRanges that are on their way to a socket.
  const std::shared_ptr<const FileDescriptor>& descriptor() const { return fd_; }

  Result<std::int64_t> size_bytes() const;
  Result<Timestamp> modified_at_ms() const;
  // Reads up to `into.size()` bytes; fewer only at the end of the file.
  Result<std::size_t> read_at(std::int64_t position_bytes, MutableBytesView into) const;
  // Writes all or reports an error; what was written before an error stays in the file.
  Result<void> write_at(std::int64_t position_bytes, BytesView bytes) const;
  Result<void> truncate(std::int64_t size_bytes) const;
  Result<void> sync() const;

 private:
  std::shared_ptr<const FileDescriptor> fd_;
  std::string name_;
};

// An open directory; names are relative to it, so that it may be renamed under its files.
class Directory {
 public:
  // Opens `path`, creating it (and its parents) first where asked.
  static Result<std::shared_ptr<Directory>> open(const std::string& path, bool create);

  // Where the directory was when it was opened; for people.
  const std::string& path() const { return path_; }

  // Opens for reading and writing; the error of a missing file is told apart by exists().
  Result<File> open_file(const std::string& name, bool create) const;
  // Opens for reading only. Where no descriptor is free (EMFILE, ENFILE) the error is
  // UNKNOWN_SERVER_ERROR: that says nothing of the disk, and passes.
  Result<File> open_to_read(const std::string& name) const;
  bool exists(const std::string& name) const;
  // Names of the regular files, or of the directories, sorted.
  Result<std::vector<std::string>> files() const;
  Result<std::vector<std::string>> directories() const;

  // nullopt: there is no such file.
  Result<std::optional<std::string>> read_file(const std::string& name) const;
  // Writes a whole file.
  Result<void> write_file(const std::string& name, BytesView content, bool sync) const;
  // Writes <name>.tmp, syncs it if asked, and renames it over `name`: a reader sees the old or the
  // new content.
  Result<void> replace_file(const std::string& name, BytesView content, bool sync) const;

  Result<void> rename(const std::string& from, const std::string& to) const;
  // A missing file is no error.
  Result<void> remove(const std::string& name) const;
  // Removes the directory `name` with the files in it.
  Result<void> remove_directory(const std::string& name) const;
  // Makes renames, creations and removals durable.
  Result<void> sync() const;

  struct Space {
    std::int64_t total_bytes = 0;
    std::int64_t usable_bytes = 0;
  };
  // Of the file system that it is on.
  Result<Space> space() const;

  // Takes an exclusive lock on `name`, held until the returned file is closed; nullopt: another
  // process holds it.
  Result<std::optional<File>> lock(const std::string& name) const;

 private:
  Directory(FileDescriptor fd, std::string path) : fd_(std::move(fd)), path_(std::move(path)) {}
  Result<std::vector<std::string>> entries(bool directories) const;

  FileDescriptor fd_;
  std::string path_;
};

}  // namespace barnabas::log
