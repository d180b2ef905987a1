// CRC-32C (Castagnoli), as record batches and producer snapshots carry it. By ISA-L.
#pragma once

#include <cstdint>

#include "broker/base/bytes.h"

namespace barnabas {

std::uint32_t crc32c(BytesView bytes);

}  // namespace barnabas
