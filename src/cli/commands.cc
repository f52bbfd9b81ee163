#include "cli/auth.h"
#include "cli/backup.h"
#include "cli/command.h"
#include "cli/completion.h"
#include "cli/config.h"
#include "cli/conformance/conformance.h"
#include "cli/forward.h"
#include "cli/migrate.h"
#include "cli/restore.h"
#include "cli/runserver.h"
#include "cli/user.h"
#include "cli/verify.h"

namespace lectern::cli {

// The one list: a new command is a line here.
std::vector<Command> commands() {
  return {auth_command(),        backup_command(),  completion_command(), config_command(),
          conformance_command(), forward_command(), migrate_command(),    restore_command(),
          runserver_command(),   user_command(),    verify_command()};
}

}  // namespace lectern::cli
