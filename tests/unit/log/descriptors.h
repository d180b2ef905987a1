// A process that has no free descriptor, for a while.
#pragma once

namespace barnabas::test {

// While it lives openat fails with EMFILE on this thread. Not by a limit of the process: the
// sanitizers need descriptors, too.
class NoFreeDescriptor {
 public:
  NoFreeDescriptor();
  ~NoFreeDescriptor();
  NoFreeDescriptor(const NoFreeDescriptor&) = delete;
  NoFreeDescriptor& operator=(const NoFreeDescriptor&) = delete;
};

}  // namespace barnabas::test
