#include "broker/net/frame_reader.h"

#include <fcntl.h>

#include <random>

#include "tests/unit/net/net_testing.h"

namespace barnabas::net {
namespace {

// Two ends of a socket: the test writes, the reader reads.
class Pair {
 public:
  Pair() {
    EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fds_), 0);
    const int size = 1 << 20;
    ::setsockopt(fds_[0], SOL_SOCKET, SO_SNDBUF, &size, sizeof size);
  }
  ~Pair() {
    ::close(fds_[0]);
    ::close(fds_[1]);
  }
  std::size_t write(std::string_view bytes) {
    const ssize_t n = ::send(fds_[0], bytes.data(), bytes.size(), MSG_NOSIGNAL);
    return n < 0 ? 0 : static_cast<std::size_t>(n);
  }
  void end() { ::shutdown(fds_[0], SHUT_WR); }
  int reader() const { return fds_[1]; }

 private:
  int fds_[2];
};

std::string frame_of(std::string_view body) {
  std::string frame(4, '\0');
  store_be(reinterpret_cast<std::uint8_t*>(frame.data()), static_cast<std::int32_t>(body.size()));
  return frame + std::string(body);
}

std::string frame_with_length(std::int32_t length) {
  std::string frame(4, '\0');
  store_be(reinterpret_cast<std::uint8_t*>(frame.data()), length);
  return frame;
}

class FrameReaderTest : public ::testing::Test {
 protected:
  // Reads what has come and takes the whole frames out.
  std::vector<std::string> read_all() {
    std::vector<std::string> frames;
    while (true) {
      const auto status = reader_.read(pair_.reader());
      FrameReader::Frame frame;
      while (reader_.next(frame) == FrameReader::NextStatus::kFrame) {
        frames.emplace_back(as_text(frame.bytes));
        reader_.done_with(std::move(frame));
        frame = {};
      }
      if (status != FrameReader::ReadStatus::kFilled) return frames;
    }
  }

  Pair pair_;
  BufferPool pool_;
  FrameReader reader_{pool_, 64 << 20, FrameReader::kStrangersAtOnceBytes};
};

TEST_F(FrameReaderTest, SeveralFramesComeFromOneRead) {
  pair_.write(frame_of("one") + frame_of("") + frame_of("three"));
  EXPECT_EQ(read_all(), (std::vector<std::string>{"one", "", "three"}));
  EXPECT_FALSE(reader_.has_pending_bytes());
}

TEST_F(FrameReaderTest, FrameMayComeByteByByte) {
  for (const char byte : frame_of("slow") + frame_of("slower")) {
    pair_.write(std::string_view(&byte, 1));
    const auto frames = read_all();
    for (const std::string& frame : frames) EXPECT_TRUE(frame == "slow" || frame == "slower");
  }
  EXPECT_FALSE(reader_.has_pending_bytes());
}

// Every way of cutting a stream of frames of many sizes must give the same frames.
TEST_F(FrameReaderTest, AnyCutGivesTheSameFrames) {
  std::mt19937 random(7);
  std::string stream;
  std::vector<std::string> expected;
  for (int i = 0; i < 300; ++i) {
    const std::size_t size = random() % 10 == 0 ? random() % 200000 : random() % 300;
    expected.emplace_back(size, static_cast<char>('a' + i % 26));
    stream += frame_of(expected.back());
  }
  std::vector<std::string> seen;
  std::string_view rest = stream;
  while (!rest.empty()) {
    const std::size_t cut = random() % 3 == 0 ? random() % 90000 : random() % 7;
    const std::size_t sent = pair_.write(rest.substr(0, cut));
    rest.remove_prefix(sent);
    for (auto& frame : read_all()) seen.push_back(std::move(frame));
  }
  EXPECT_EQ(seen.size(), expected.size());
  EXPECT_TRUE(seen == expected);
}

TEST_F(FrameReaderTest, NegativeLengthIsRefused) {
  pair_.write(frame_with_length(-1));
  reader_.read(pair_.reader());
  FrameReader::Frame frame;
  EXPECT_EQ(reader_.next(frame), FrameReader::NextStatus::kBadLength);
  EXPECT_EQ(reader_.bad_length(), -1);
}

TEST_F(FrameReaderTest, LengthAboveTheLimitIsRefusedAndTheLimitIsNot) {
  FrameReader reader(pool_, 1000, 1000);
  FrameReader::Frame frame;
  pair_.write(frame_of(std::string(1000, 'x')) + frame_with_length(1001));
  reader.read(pair_.reader());
  ASSERT_EQ(reader.next(frame), FrameReader::NextStatus::kFrame);
  EXPECT_EQ(frame.bytes.size(), 1000u);
  EXPECT_EQ(reader.next(frame), FrameReader::NextStatus::kBadLength);
}

std::size_t resident_kb() {
  std::size_t pages = 0;
  std::size_t resident = 0;
  FILE* file = std::fopen("/proc/self/statm", "r");
  EXPECT_EQ(std::fscanf(file, "%zu %zu", &pages, &resident), 2);
  std::fclose(file);
  return resident * 4;
}

// A stranger may announce 60 MB on many connections and send nothing more.
TEST_F(FrameReaderTest, AnnouncedBytesCostNothingBeforeTheyCome) {
  const std::size_t before = resident_kb();
  std::vector<std::unique_ptr<Pair>> pairs;
  std::vector<std::unique_ptr<FrameReader>> readers;
  for (int i = 0; i < 20; ++i) {
    pairs.push_back(std::make_unique<Pair>());
    readers.push_back(
        std::make_unique<FrameReader>(pool_, 64 << 20, FrameReader::kStrangersAtOnceBytes));
    pairs.back()->write(frame_with_length(60 << 20) + "half");
    readers.back()->read(pairs.back()->reader());
    FrameReader::Frame frame;
    EXPECT_EQ(readers.back()->next(frame), FrameReader::NextStatus::kNone);
  }
  // 20 connections with at most 1.25 MB each, where 1200 MB were announced.
  EXPECT_LT(resident_kb() - before, 40u * 1024);
}

TEST_F(FrameReaderTest, LargeFrameGrowsToItsSize) {
  const std::string body(10 << 20, 'z');
  const std::string stream = frame_of(body) + frame_of("next");
  std::vector<std::string> seen;
  std::string_view rest = stream;
  while (!rest.empty()) {
    rest.remove_prefix(pair_.write(rest));
    for (auto& frame : read_all()) seen.push_back(std::move(frame));
  }
  ASSERT_EQ(seen.size(), 2u);
  EXPECT_TRUE(seen[0] == body);
  EXPECT_EQ(seen[1], "next");
}

TEST_F(FrameReaderTest, EndOfStreamIsToldAfterTheLastFrame) {
  pair_.write(frame_of("last"));
  pair_.end();
  EXPECT_EQ(read_all(), (std::vector<std::string>{"last"}));
  EXPECT_EQ(reader_.read(pair_.reader()), FrameReader::ReadStatus::kEndOfFile);
}

// A handler that keeps its frame (a view into the chunk) must not see the next read's bytes.
TEST_F(FrameReaderTest, KeptFrameIsNotWrittenOver) {
  pair_.write(frame_of("keep me"));
  reader_.read(pair_.reader());
  FrameReader::Frame kept;
  ASSERT_EQ(reader_.next(kept), FrameReader::NextStatus::kFrame);
  reader_.done_with(kept);
  FrameReader::Frame none;
  EXPECT_EQ(reader_.next(none), FrameReader::NextStatus::kNone);

  pair_.write(frame_of("another"));
  EXPECT_EQ(read_all(), (std::vector<std::string>{"another"}));
  EXPECT_EQ(as_text(kept.bytes), "keep me");
}

TEST(BufferPool, GivesTheSameMemoryAgainUnlessSomebodyHoldsIt) {
  BufferPool pool;
  BufferPtr chunk = pool.take_chunk();
  const std::uint8_t* address = chunk->data();
  pool.give_back(std::move(chunk));
  chunk = pool.take_chunk();
  EXPECT_EQ(chunk->data(), address);

  const BufferPtr held = chunk;
  pool.give_back(std::move(chunk));
  EXPECT_NE(pool.take_chunk()->data(), held->data());

  BufferPtr frame = pool.take_frame(1000000);
  address = frame->data();
  pool.give_back(std::move(frame));
  EXPECT_EQ(pool.take_frame(990000)->data(), address);
}

}  // namespace
}  // namespace barnabas::net
