"""Statistics where no memory is left for facts, so that each question reads the statements."""

import table_statistics

SETTINGS = {**table_statistics.SETTINGS, "LECTERN_RUNSERVER_STATISTICS_BYTES_MAX": "1"}
USERS = table_statistics.USERS
SCENARIOS = table_statistics.SCENARIOS
