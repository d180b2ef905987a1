#include "tests/unit/log/descriptors.h"

#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstdarg>

namespace barnabas::test {
namespace {

thread_local bool none_is_free = false;

}  // namespace

NoFreeDescriptor::NoFreeDescriptor() {
  none_is_free = true;
}

NoFreeDescriptor::~NoFreeDescriptor() {
  none_is_free = false;
}

}  // namespace barnabas::test

// In a program this one comes before the C library's.
extern "C" int openat(int folder, const char* path, int flags, ...) {
  if (barnabas::test::none_is_free) {
    errno = EMFILE;
    return -1;
  }
  mode_t mode = 0;
  if ((flags & (O_CREAT | O_TMPFILE)) != 0) {
    va_list rest;
    va_start(rest, flags);
    mode = va_arg(rest, mode_t);
    va_end(rest);
  }
  return static_cast<int>(::syscall(SYS_openat, folder, path, flags, mode));
}
