// A descriptor that becomes readable when a process ends. glibc 2.36 declares pidfd_open without
// C linkage, so it is called by its number.
#pragma once

#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

namespace barnabas::zk {

// -1: there is no such process, or the kernel has no pidfds.
inline int open_pidfd(pid_t pid) {
  return static_cast<int>(::syscall(SYS_pidfd_open, pid, 0));
}

}  // namespace barnabas::zk
