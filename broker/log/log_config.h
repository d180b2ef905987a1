// The name by which other floors know LogConfig; it lives with the pure rules that read it.
#pragma once

#include "broker/log/core/log_config.h"
