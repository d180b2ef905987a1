// A file of index entries of one size, rising in their keys. The newest entries wait in memory and
// are written some at a time; the file is opened only while it is used, so that thousands of
// segments cost no descriptors and no resident pages.
//
// Kafka allocates its active index files in full and maps them; here a file always ends with its
// last entry. What a crash leaves unwritten is rebuilt from the segment.
//
// Invariants  Entries in the file are older than those in memory.
// Threads     thread-safe. Changes come from the log's one writer; floor() from anyone.
// Failure     KAFKA_STORAGE_ERROR; floor() also as Directory::open_to_read.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "broker/base/bytes.h"
#include "broker/base/mutex.h"
#include "broker/base/result.h"
#include "broker/log/file.h"

namespace barnabas::log {

class IndexFile {
 public:
  static constexpr std::size_t kMaxEntrySize = 12;
  using Entry = std::array<std::uint8_t, kMaxEntrySize>;  // the first entry_size bytes count
  using Key = std::int64_t (*)(const std::uint8_t* entry);

  IndexFile(std::shared_ptr<Directory> directory, std::string name, std::size_t entry_size)
      : directory_(std::move(directory)), name_(std::move(name)), entry_size_(entry_size) {}

  // Creates the file, empty.
  Result<void> create() EXCLUDES(mu_);
  // Takes the file as it is. False: its length is not a multiple of the entry size.
  Result<bool> load() EXCLUDES(mu_);

  std::size_t count() const EXCLUDES(mu_);
  Result<Entry> at(std::size_t index) const EXCLUDES(mu_);
  struct Found {
    std::size_t index;
    Entry entry;
  };
  // The last entry whose key is at most `target`; nullopt: none.
  Result<std::optional<Found>> floor(Key key, std::int64_t target) const EXCLUDES(mu_);

  Result<void> append(BytesView entry) EXCLUDES(mu_);
  // Keeps the first `count` entries.
  Result<void> truncate(std::size_t count) EXCLUDES(mu_);
  // Writes what waits in memory; syncs the file where asked.
  Result<void> flush(bool sync) EXCLUDES(mu_);

 private:
  Result<void> write_pending() REQUIRES(mu_);

  // Fixed at construction
  const std::shared_ptr<Directory> directory_;
  const std::string name_;
  const std::size_t entry_size_;

  mutable Mutex mu_;
  std::size_t in_file_ GUARDED_BY(mu_) = 0;  // entries
  std::vector<std::uint8_t> pending_ GUARDED_BY(mu_);
};

}  // namespace barnabas::log
