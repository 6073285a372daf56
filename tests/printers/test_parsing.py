"""What printers answer and people type is taken apart without trust."""

from datetime import UTC, datetime
import json
import math

from hypothesis import given, strategies as st
import pytest

from custom_components.printernizer.printers.parsing import (
    as_float,
    as_int,
    as_list,
    as_mapping,
    as_percent,
    as_text,
    as_time,
    normalise_url,
)


@pytest.mark.parametrize(
    ("value", "number"),
    [
        (1, 1.0),
        (2.5, 2.5),
        (True, None),
        ("3", None),
        (None, None),
        (math.nan, None),
        (math.inf, None),
        (10**400, None),
        (-1, None),
        (101, None),
    ],
)
def test_as_float(value: object, number: float | None) -> None:
    """Only finite numbers within the bounds pass."""
    assert as_float(value, 0, 100) == number


def test_as_int_takes_whole_numbers_only() -> None:
    """A fraction is no whole number."""
    assert [as_int(value) for value in (3, 3.0, 3.5, None)] == [3, 3, None, None]


def test_as_percent_clamps() -> None:
    """A share is cut at nothing and at the whole."""
    assert [as_percent(value, 1.0) for value in (-1, 0.25, 7, "1")] == [
        0,
        25,
        100,
        None,
    ]


def test_as_text_holds_what_can_be_stored() -> None:
    """Lone surrogates and NUL are replaced, blanks are no text, long ones are cut."""
    assert as_text(json.loads('"a\\ud800\\u0000b"')) == "a?\N{REPLACEMENT CHARACTER}b"
    assert as_text("  ") is None
    assert as_text(7) is None
    assert as_text("x" * 5000, 10) == "x" * 10


def test_containers_of_another_type_are_empty() -> None:
    """Whoever looks into a container finds one."""
    assert (as_mapping([]), as_mapping({"a": 1})) == ({}, {"a": 1})
    assert (as_list({}), as_list([1])) == ([], [1])


def test_as_time() -> None:
    """Seconds since 1970 become UTC, nonsense becomes nothing."""
    assert as_time(0) == datetime(1970, 1, 1, tzinfo=UTC)
    assert as_time(1e300) is None
    assert as_time("yesterday") is None


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("octopi.local", "http://octopi.local"),
        (" http://octopi.local/ ", "http://octopi.local"),
        ("https://Host/octoprint/api/", "https://host/octoprint"),
        ("https://host:443//octoprint", "https://host/octoprint"),
        ("host/api/API/", "http://host"),
        ("192.168.1.2:5000/api", "http://192.168.1.2:5000"),
        ("[fe80::1]:81", "http://[fe80::1]:81"),
        ("octopi.local:5000/?#temp", "http://octopi.local:5000"),
        ("übung.example", "http://übung.example"),
        ("my_printer.local.", "http://my_printer.local."),
        (f"{'a' * 31}.{'b' * 31}.local", f"http://{'a' * 31}.{'b' * 31}.local"),
    ],
)
def test_normalise_url(text: str, url: str) -> None:
    """What people type becomes a base URL, and stays one."""
    assert normalise_url(text) == url
    assert normalise_url(url) == url


@pytest.mark.parametrize(
    "text",
    [
        "",
        "http://",
        "///",
        "a b",
        "ftp://host",
        "javascript:alert(1)",
        "http://user:secret@host",
        "http://host:99999",
        "http://host:0",
        "http://[::1",
        "fe80::1",
        "http://ho\nst",
        "http://ho<st",
        ".local",
        "a..b",
        "printer._tcp.local",
        "_octoprint._tcp.local.",
        "_sub.local",
        f"{'a' * 64}.local",
        f"{'a' * 32}.{'b' * 31}.local",
        "ü" * 63,
        "אa.local",
    ],
)
def test_normalise_url_refuses_nonsense(text: str) -> None:
    """What is no address is refused, without telling a password."""
    with pytest.raises(ValueError, match="address") as caught:
        normalise_url(text)
    assert "secret" not in str(caught.value)


@given(st.text() | st.from_regex(r"https?://[^\s]{0,40}"))
def test_normalise_url_raises_nothing_else(text: str) -> None:
    """Any text becomes a stable base URL or a ValueError."""
    try:
        url = normalise_url(text)
    except ValueError:
        return
    assert normalise_url(url) == url
