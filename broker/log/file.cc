#include "broker/log/file.h"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>

#include "broker/log/file_names.h"
#include "broker/protocol/error_code.h"

namespace barnabas::log {
namespace {

Error failure(std::string_view what, std::string_view name) {
  const int error = errno;
  return {ErrorCode::kKafkaStorageError,
          fmt::format("{} {}: {}", what, name, std::strerror(error))};
}

// Calls until it is not interrupted.
template <typename Call>
auto retry(Call call) {
  auto result = call();
  while (result < 0 && errno == EINTR) result = call();
  return result;
}

Result<void> sync_descriptor(int fd, std::string_view name) {
  if (retry([&] { return ::fsync(fd); }) != 0) return failure("fsync", name);
  return {};
}

}  // namespace

Result<std::int64_t> File::size_bytes() const {
  struct stat info{};
  if (::fstat(fd_->get(), &info) != 0) return failure("stat", name_);
  return static_cast<std::int64_t>(info.st_size);
}

Result<Timestamp> File::modified_at_ms() const {
  struct stat info{};
  if (::fstat(fd_->get(), &info) != 0) return failure("stat", name_);
  return static_cast<Timestamp>(info.st_mtim.tv_sec) * 1000 + info.st_mtim.tv_nsec / 1'000'000;
}

Result<std::size_t> File::read_at(std::int64_t position_bytes, MutableBytesView into) const {
  std::size_t done = 0;
  while (done < into.size()) {
    const ssize_t n = retry([&] {
      return ::pread(fd_->get(), into.data() + done, into.size() - done,
                     position_bytes + static_cast<std::int64_t>(done));
    });
    if (n < 0) return failure("read", name_);
    if (n == 0) break;
    done += static_cast<std::size_t>(n);
  }
  return done;
}

Result<void> File::write_at(std::int64_t position_bytes, BytesView bytes) const {
  std::size_t done = 0;
  while (done < bytes.size()) {
    const ssize_t n = retry([&] {
      return ::pwrite(fd_->get(), bytes.data() + done, bytes.size() - done,
                      position_bytes + static_cast<std::int64_t>(done));
    });
    if (n < 0) return failure("write", name_);
    done += static_cast<std::size_t>(n);
  }
  return {};
}

Result<void> File::truncate(std::int64_t size_bytes) const {
  if (retry([&] { return ::ftruncate(fd_->get(), size_bytes); }) != 0) {
    return failure("truncate", name_);
  }
  return {};
}

Result<void> File::sync() const {
  return sync_descriptor(fd_->get(), name_);
}

Result<std::shared_ptr<Directory>> Directory::open(const std::string& path, bool create) {
  if (create) {
    std::error_code error;
    std::filesystem::create_directories(path, error);
    if (error) {
      return Error{ErrorCode::kKafkaStorageError,
                   fmt::format("create directory {}: {}", path, error.message())};
    }
  }
  FileDescriptor fd(
      retry([&] { return ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC); }));
  if (fd.get() < 0) return failure("open directory", path);
  return std::shared_ptr<Directory>(new Directory(std::move(fd), path));
}

Result<File> Directory::open_file(const std::string& name, bool create) const {
  const int flags = O_RDWR | O_CLOEXEC | (create ? O_CREAT : 0);
  FileDescriptor fd(retry([&] { return ::openat(fd_.get(), name.c_str(), flags, 0644); }));
  if (fd.get() < 0) return failure("open", path_ + "/" + name);
  return File(std::move(fd), path_ + "/" + name);
}

Result<File> Directory::open_to_read(const std::string& name) const {
  FileDescriptor fd(retry([&] { return ::openat(fd_.get(), name.c_str(), O_RDONLY | O_CLOEXEC); }));
  if (fd.get() < 0) {
    const bool none_is_free = errno == EMFILE || errno == ENFILE;
    Error error = failure("open", path_ + "/" + name);
    if (none_is_free) error.code = ErrorCode::kUnknownServerError;
    return error;
  }
  return File(std::move(fd), path_ + "/" + name);
}

bool Directory::exists(const std::string& name) const {
  return ::faccessat(fd_.get(), name.c_str(), F_OK, 0) == 0;
}

Result<std::vector<std::string>> Directory::entries(bool directories) const {
  const int fd =
      retry([&] { return ::openat(fd_.get(), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC); });
  if (fd < 0) return failure("open directory", path_);
  DIR* stream = ::fdopendir(fd);  // takes the descriptor over
  if (stream == nullptr) {
    ::close(fd);
    return failure("list", path_);
  }
  std::vector<std::string> names;
  while (const dirent* entry = ::readdir(stream)) {
    const std::string_view name = entry->d_name;
    struct stat info{};
    if (name == "." || name == ".." || ::fstatat(fd_.get(), entry->d_name, &info, 0) != 0) continue;
    if (directories ? S_ISDIR(info.st_mode) : S_ISREG(info.st_mode)) names.emplace_back(name);
  }
  ::closedir(stream);
  std::sort(names.begin(), names.end());
  return names;
}

Result<std::vector<std::string>> Directory::files() const {
  return entries(false);
}

Result<std::vector<std::string>> Directory::directories() const {
  return entries(true);
}

Result<std::optional<std::string>> Directory::read_file(const std::string& name) const {
  if (!exists(name)) return std::optional<std::string>();
  TRY(const File file, open_file(name, false));
  TRY(const auto size, file.size_bytes());
  std::string content(static_cast<std::size_t>(size), '\0');
  TRY(const auto read,
      file.read_at(0, {reinterpret_cast<std::uint8_t*>(content.data()), content.size()}));
  content.resize(read);
  return std::optional<std::string>(std::move(content));
}

Result<void> Directory::write_file(const std::string& name, BytesView content, bool sync) const {
  TRY(const File file, open_file(name, true));
  TRY_VOID(file.truncate(0));
  TRY_VOID(file.write_at(0, content));
  if (sync) return file.sync();
  return {};
}

Result<void> Directory::replace_file(const std::string& name, BytesView content, bool sync) const {
  const std::string temporary = name + std::string(kTemporarySuffix);
  TRY_VOID(write_file(temporary, content, sync));
  TRY_VOID(rename(temporary, name));
  if (sync) return this->sync();
  return {};
}

Result<void> Directory::rename(const std::string& from, const std::string& to) const {
  if (::renameat(fd_.get(), from.c_str(), fd_.get(), to.c_str()) != 0) {
    return failure("rename", path_ + "/" + from);
  }
  return {};
}

Result<void> Directory::remove(const std::string& name) const {
  if (::unlinkat(fd_.get(), name.c_str(), 0) != 0 && errno != ENOENT) {
    return failure("remove", path_ + "/" + name);
  }
  return {};
}

Result<void> Directory::remove_directory(const std::string& name) const {
  std::error_code error;
  std::filesystem::remove_all(path_ + "/" + name, error);
  if (error) {
    return Error{ErrorCode::kKafkaStorageError,
                 fmt::format("remove {}/{}: {}", path_, name, error.message())};
  }
  return {};
}

Result<void> Directory::sync() const {
  return sync_descriptor(fd_.get(), path_);
}

Result<Directory::Space> Directory::space() const {
  struct statvfs info{};
  if (retry([&] { return ::fstatvfs(fd_.get(), &info); }) != 0) return failure("statvfs", path_);
  const auto in_bytes = [&info](fsblkcnt_t blocks) {
    return static_cast<std::int64_t>(blocks * info.f_frsize);
  };
  return Space{in_bytes(info.f_blocks), in_bytes(info.f_bavail)};
}

Result<std::optional<File>> Directory::lock(const std::string& name) const {
  TRY(File file, open_file(name, true));
  struct flock request{};
  request.l_type = F_WRLCK;
  request.l_whence = SEEK_SET;
  if (retry([&] { return ::fcntl(file.descriptor()->get(), F_SETLK, &request); }) != 0) {
    if (errno == EACCES || errno == EAGAIN) return std::optional<File>();
    return failure("lock", path_ + "/" + name);
  }
  return std::optional<File>(std::move(file));
}

}  // namespace barnabas::log
