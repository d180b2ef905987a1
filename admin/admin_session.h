// An AdminClient with the thread and the sockets that it works on: what a tool holds while it runs.
//
// Threads  externally synchronized.
// Failure  the constructor throws std::runtime_error when the settings cannot be used or no
//          bootstrap server resolves.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "admin/admin_client.h"
#include "admin/admin_config.h"

namespace barnabas::admin {

class AdminSession {
 public:
  // `config_file`: what the user gave as --command-config or --admin.config.
  // `defaults` are settings that the tool has where the file has none.
  AdminSession(const std::optional<std::string>& config_file, const std::string& bootstrap_servers,
               const config::Properties& defaults);
  ~AdminSession();

  AdminClient& client();

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace barnabas::admin
