"""How tests judge mutants: always in the same way, the fast ones first."""

from hypothesis import HealthCheck, Phase, settings
import pytest

settings.register_profile(
    "mutation",
    max_examples=20,
    deadline=None,
    database=None,
    derandomize=True,
    # That something fails is enough to know.
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=list(HealthCheck),
)
settings.load_profile("mutation")

SLOW = ("test_stories.py", "test_state_machine.py")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave the slow ones to mutants that the others let pass."""
    items.sort(
        key=lambda item: SLOW.index(item.path.name) if item.path.name in SLOW else -1
    )
