"""What all tests share."""

import os

from hypothesis import HealthCheck, settings
import pytest
import pytest_socket

# Imported here because a test with Home Assistant would find the harness's own
# package of this name.
import custom_components.printernizer  # noqa: F401

settings.register_profile("default", max_examples=50, deadline=None)
settings.register_profile(
    "ci",
    max_examples=500,
    deadline=None,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "default"))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave what has a Home Assistant of its own to the full run."""
    # The longest first, so that no process waits for another at the end.
    items.sort(key=lambda item: "/soak/" not in item.nodeid)
    for item in items:
        if isinstance(item, pytest.Function) and "hass" in item.fixturenames:
            item.add_marker("slow")


@pytest.hookimpl(tryfirst=True)
def pytest_fixture_setup() -> None:
    """Let tests and fixtures have servers of their own, still on 127.0.0.1 only.

    The harness forbids all sockets after the last hook that comes before fixtures.
    """
    pytest_socket.enable_socket()


@pytest.fixture(autouse=True)
def auto_enable_custom_integrations(request: pytest.FixtureRequest) -> None:
    """Let Home Assistant find the integration, in the tests that have one."""
    if "hass" in request.fixturenames:
        request.getfixturevalue("enable_custom_integrations")
