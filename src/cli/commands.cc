#include "cli/command.h"
#include "cli/commands/auth.h"
#include "cli/commands/backup.h"
#include "cli/commands/config.h"
#include "cli/commands/forward.h"
#include "cli/commands/migrate.h"
#include "cli/commands/pipe/convert.h"
#include "cli/commands/pipe/export.h"
#include "cli/commands/pipe/extract.h"
#include "cli/commands/pipe/list.h"
#include "cli/commands/pipe/read.h"
#include "cli/commands/pipe/tail.h"
#include "cli/commands/pipe/validate.h"
#include "cli/commands/pipe/write.h"
#include "cli/commands/restore.h"
#include "cli/commands/runserver.h"
#include "cli/commands/user.h"
#include "cli/commands/verify.h"
#include "cli/conformance/conformance.h"
#include "cli/terminal/completion.h"

namespace lectern::cli {

// The one list: a new command is a line here.
std::vector<Command> commands() {
  return {auth_command(),        backup_command(),    completion_command(), config_command(),
          conformance_command(), convert_command(),   export_command(),     extract_command(),
          forward_command(),     list_command(),      migrate_command(),    read_command(),
          restore_command(),     runserver_command(), tail_command(),       user_command(),
          validate_command(),    verify_command(),    write_command()};
}

}  // namespace lectern::cli
