#include "broker/net/output_queue.h"

#include <fcntl.h>
#include <stdlib.h>

#include "tests/unit/net/net_testing.h"

namespace barnabas::net {
namespace {

// A file that is deleted at once and lives for as long as it is open.
std::shared_ptr<const FileDescriptor> file_of(std::string_view content) {
  std::string path = ::testing::TempDir() + "output_queue_XXXXXX";
  const int fd = ::mkstemp(path.data());
  ::unlink(path.c_str());
  EXPECT_EQ(::write(fd, content.data(), content.size()), static_cast<ssize_t>(content.size()));
  return std::make_shared<const FileDescriptor>(fd);
}

FileRange range(std::shared_ptr<const FileDescriptor> file, std::int64_t position,
                std::int64_t size) {
  return {std::move(file), position, size};
}

class OutputQueueTest : public ::testing::Test {
 protected:
  OutputQueueTest() {
    EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fds_), 0);
    const int size = 4096;  // so that writes are cut
    ::setsockopt(fds_[0], SOL_SOCKET, SO_SNDBUF, &size, sizeof size);
  }
  ~OutputQueueTest() override {
    ::close(fds_[0]);
    ::close(fds_[1]);
  }

  // Writes and reads in turns until the queue is empty.
  std::string transfer() {
    std::string seen;
    std::string buffer(1 << 16, '\0');
    while (true) {
      const auto status = queue_.write(fds_[0]);
      EXPECT_NE(status, OutputQueue::Status::kBroken);
      ssize_t n;
      while ((n = ::recv(fds_[1], buffer.data(), buffer.size(), 0)) > 0) {
        seen.append(buffer.data(), static_cast<std::size_t>(n));
      }
      if (status == OutputQueue::Status::kEmpty) return seen;
      if (status == OutputQueue::Status::kBroken) return seen + "<broken>";
    }
  }

  int fds_[2];
  OutputQueue queue_;
};

std::string pattern(std::size_t size, int seed) {
  std::string text(size, '\0');
  for (std::size_t i = 0; i < size; ++i) {
    text[i] = static_cast<char>('a' + (i * 7 + static_cast<std::size_t>(seed)) % 26);
  }
  return text;
}

TEST_F(OutputQueueTest, BytesSmallAndLargeRangesArriveInOrder) {
  const std::string content = pattern(300000, 1);
  const auto file = file_of(content);
  std::string expected;
  for (int i = 0; i < 5; ++i) {
    protocol::Payload body = payload_of("bytes" + std::to_string(i));
    body.pieces.emplace_back(range(file, 100 * i, 1000));                    // small: copied
    body.pieces.emplace_back(range(file, 5000 * i, 100000));                 // large: sendfile
    body.pieces.emplace_back(protocol::BytesPiece{});                        // empty
    body.pieces.emplace_back(payload_of(pattern(70000, i)).pieces.front());  // more than fits
    body.pieces.emplace_back(range(file, 7, 0));
    queue_.push(as_bytes("head"), std::move(body));
    expected += "headbytes" + std::to_string(i) +
                content.substr(100 * static_cast<std::size_t>(i), 1000) +
                content.substr(5000 * static_cast<std::size_t>(i), 100000) + pattern(70000, i);
  }
  EXPECT_EQ(queue_.size_bytes(), static_cast<std::int64_t>(expected.size()));
  EXPECT_TRUE(transfer() == expected);
  EXPECT_TRUE(queue_.empty());
  EXPECT_EQ(queue_.size_bytes(), 0);
}

TEST_F(OutputQueueTest, FrameWithoutBodyOrHeadIsSent) {
  queue_.push(as_bytes("only head"), {});
  queue_.push({}, payload_of("only body"));
  queue_.push({}, {});
  EXPECT_EQ(transfer(), "only headonly body");
}

// sendfile answers 0, without an error, for ever when the file was cut under the range.
TEST_F(OutputQueueTest, FileShorterThanALargeRangeBreaksInsteadOfSpinning) {
  const auto file = file_of(pattern(100000, 1));
  protocol::Payload body;
  body.pieces.emplace_back(range(file, 0, 100000));
  queue_.push(as_bytes("h"), std::move(body));
  ASSERT_EQ(::ftruncate(file->get(), 10), 0);
  EXPECT_EQ(queue_.write(fds_[0]), OutputQueue::Status::kBroken);
}

TEST_F(OutputQueueTest, FileShorterThanASmallRangeBreaks) {
  const auto file = file_of(pattern(100, 1));
  protocol::Payload body;
  body.pieces.emplace_back(range(file, 0, 200));
  queue_.push(as_bytes("h"), std::move(body));
  EXPECT_EQ(queue_.write(fds_[0]), OutputQueue::Status::kBroken);
}

TEST_F(OutputQueueTest, PeerThatHasGoneBreaks) {
  queue_.push(as_bytes("h"), payload_of("x"));
  ::close(std::exchange(fds_[1], ::open("/dev/null", O_RDONLY)));
  EXPECT_EQ(queue_.write(fds_[0]), OutputQueue::Status::kBroken);
}

TEST_F(OutputQueueTest, RangeOwnsItsFile) {
  auto file = file_of(pattern(50000, 3));
  protocol::Payload body;
  body.pieces.emplace_back(range(file, 0, 50000));
  file.reset();
  queue_.push({}, std::move(body));
  EXPECT_TRUE(transfer() == pattern(50000, 3));
}

}  // namespace
}  // namespace barnabas::net
