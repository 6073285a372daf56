"""How tests judge mutants: in little time, however busy the machine is."""

import os
import resource
from time import process_time

# All tests together take a tenth of it.
PROCESSOR_LIMIT_S = 10


def pytest_configure() -> None:
    """Stop a mutant that never ends, by the time of the processor alone."""
    if "__mutmut_" in os.environ.get("MUTANT_UNDER_TEST", ""):
        limit_s = int(process_time()) + PROCESSOR_LIMIT_S
        resource.setrlimit(resource.RLIMIT_CPU, (limit_s, limit_s + 1))
