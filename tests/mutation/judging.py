"""How tests judge mutants: always in the same way, the fast ones first."""

import os
import resource
from time import process_time

from hypothesis import HealthCheck, Phase, settings
import pytest

# The slowest mutant that is right takes a third of it.
PROCESSOR_LIMIT_S = 10

settings.register_profile(
    "mutation",
    max_examples=10,
    deadline=None,
    database=None,
    derandomize=True,
    # That something fails is enough to know.
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=list(HealthCheck),
)
settings.load_profile("mutation")

SLOW = ("test_stories.py", "test_state_machine.py")


def pytest_configure() -> None:
    """Stop a mutant that never ends; how busy the machine is makes no difference."""
    if "__mutmut_" in os.environ.get("MUTANT_UNDER_TEST", ""):
        limit_s = int(process_time()) + PROCESSOR_LIMIT_S
        resource.setrlimit(resource.RLIMIT_CPU, (limit_s, limit_s + 1))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave the slow ones to mutants that the others let pass."""
    items.sort(
        key=lambda item: SLOW.index(item.path.name) if item.path.name in SLOW else -1
    )
