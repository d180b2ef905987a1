// Effects that a core has given, carried out after its lock was let go: by one thread at a time, in
// the order in which the core gave them.
//
//   lock; core.on_event(..., outbox); unlock; drain_outbox(mu, outbox, draining, carry_out)
//
// Whoever comes while another thread drains, or from within carry_out, leaves its effects to that
// thread and goes on.
// Threads  any; `outbox` and `draining` are guarded by `mu`, which is not held while `carry_out`
//          runs.
#pragma once

#include "broker/base/mutex.h"

namespace barnabas {

template <typename Effects, typename CarryOut>
void drain_outbox(Mutex& mu, Effects& outbox, bool& draining, CarryOut carry_out) {
  Effects effects;
  while (true) {
    {
      MutexLock lock(mu);
      if (effects.empty()) {
        if (draining || outbox.empty()) return;
        draining = true;
      } else {
        effects.clear();
        if (outbox.empty()) {
          draining = false;
          return;
        }
      }
      effects.swap(outbox);
    }
    for (auto& effect : effects) carry_out(effect);
  }
}

}  // namespace barnabas
