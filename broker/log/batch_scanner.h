// Walks the record batches of a file, through one small buffer.
//
// Threads  one owner. The file may grow or be cut meanwhile; a batch that is not whole ends the
// walk.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "broker/base/result.h"
#include "broker/log/file.h"
#include "broker/protocol/record_batch.h"

namespace barnabas::log {

class BatchScanner {
 public:
  enum class Read {
    kHeaders,  // only the header fields of a batch may be looked at (control batches come whole)
    kWhole,
  };
  struct Batch {
    std::int64_t position_bytes;
    protocol::RecordBatchView view;  // valid until the next call
  };

  // Walks [start, end) of `file`; `start` begins a batch.
  BatchScanner(const File& file, std::int64_t start, std::int64_t end, Read read)
      : file_(file), position_(start), end_(end), read_(read) {}

  // nullopt: no whole batch of magic 2 begins here.
  Result<std::optional<Batch>> next();

  // Where the walk has ended may stand a whole message of format 0 or 1, from before there were
  // batches: then it was neither the end of the data nor a torn batch that ended it.
  //   errors  UNSUPPORTED_FOR_MESSAGE_FORMAT: there is one; the detail is for the operator
  Result<void> refuse_old_message() const;

  // Where the walk stands: the end of the last batch.
  std::int64_t position_bytes() const { return position_; }

 private:
  // Makes [position_, position_ + size) available; null: the file is shorter.
  Result<const std::uint8_t*> load(std::int64_t size);

  const File& file_;
  std::int64_t position_;
  std::int64_t end_;
  Read read_;
  std::vector<std::uint8_t> buffer_;
  std::int64_t buffer_start_ = 0;
  std::int64_t buffer_size_ = 0;
};

}  // namespace barnabas::log
