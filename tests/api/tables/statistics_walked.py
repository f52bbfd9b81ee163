"""Statistics where no memory is left for facts, so that each question reads the statements."""

from tables import statistics

SETTINGS = {**statistics.SETTINGS, "LECTERN_RUNSERVER_STATISTICS_BYTES_MAX": "1"}
USERS = statistics.USERS
SCENARIOS = statistics.SCENARIOS
