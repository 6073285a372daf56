"""Every text that code asks for is there, in every language."""

import ast
import json
from pathlib import Path
import re
import string
from typing import Any

import pytest

from custom_components.printernizer.clients import PrinterType
from custom_components.printernizer.config_flow import MENU, PrinternizerConfigFlow
from custom_components.printernizer.const import (
    JOB_EVENTS,
    MAX_MONITORING_INTERVAL,
    MIN_MONITORING_INTERVAL,
)
from custom_components.printernizer.flows.options import (
    JobLogOptionsFlow,
    PrinterOptionsFlow,
)
from custom_components.printernizer.printers.base import PrinterError
from custom_components.printernizer.sensors.job_log import COUNTS
from custom_components.printernizer.sensors.printer import REPORTED, SENSORS, STATUSES
from homeassistant.util import slugify

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "custom_components" / "printernizer"
LANGUAGES = sorted(path.stem for path in (FOLDER / "translations").glob("*.json"))


def load(name: str) -> dict[str, Any]:
    """Return one of the integration's JSON files."""
    data: dict[str, Any] = json.loads((FOLDER / name).read_text())
    return data


EN = load("translations/en.json")


def flat(data: dict[str, Any], prefix: str = "") -> dict[str, str]:
    """Return every text by its full key."""
    texts: dict[str, str] = {}
    for key, value in data.items():
        if isinstance(value, dict):
            texts |= flat(value, f"{prefix}{key}.")
        else:
            texts[prefix + key] = value
    return texts


def placeholders(text: str) -> set[str]:
    """Return the names of a text's placeholders."""
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def shell_sources() -> list[Path]:
    """Return the modules that may name texts."""
    return [*FOLDER.glob("*.py"), *FOLDER.glob("flows/*.py")]


def literals(keyword: str) -> set[str]:
    """Return the constants that are given anywhere as one keyword argument."""
    trees = (ast.parse(path.read_text()) for path in shell_sources())
    return {
        str(node.value.value)
        for tree in trees
        for node in ast.walk(tree)
        if isinstance(node, ast.keyword) and node.arg == keyword
        if isinstance(node.value, ast.Constant) and node.value.value
    }


def error_keys(kind: type[PrinterError] = PrinterError) -> set[str]:
    """Return the key of every error that a client may raise."""
    keys = {kind.key}
    for each in kind.__subclasses__():
        keys |= error_keys(each)
    return keys


@pytest.mark.parametrize("language", LANGUAGES)
def test_languages_agree(language: str) -> None:
    """Every language has the same keys, and the same placeholders in them."""
    english, other = flat(EN), flat(load(f"translations/{language}.json"))
    assert english.keys() == other.keys()
    for key, text in english.items():
        assert placeholders(text) == placeholders(other[key]), key
        assert other[key].strip() == other[key] != "", key
        assert "[%key:" not in other[key], key


def test_german_is_there() -> None:
    """English and German are shipped, and German is no copy."""
    assert {"de", "en"} <= set(LANGUAGES)
    german = flat(load("translations/de.json"))
    same = {key for key, text in flat(EN).items() if german[key] == text}
    allowed = re.compile(r"flow_title|\.port$|menu_options|sensor\.status\.name")
    assert not {key for key in same if not allowed.search(key)}


def test_german_names_the_button() -> None:
    """What English calls to submit is a button that says OK in German."""
    german = flat(load("translations/de.json"))
    asking = [key for key, text in flat(EN).items() if "submit" in text.lower()]
    assert asking
    assert all("mit ok " in german[key].lower() for key in asking)
    assert not [text for text in german.values() if "absend" in text.lower()]


def test_german_gives_no_orders() -> None:
    """German asks with "bitte" or says what is possible; it addresses nobody."""
    verbs = "Bestätige|Entferne|Gib|Kürze|Prüfe|Versuche|Wähle|Öffne"
    address = re.compile(rf"\b([Dd]u|[Dd]eine?[mnrs]?|[Dd]ich|[Dd]ir|Ihnen|{verbs})\b")
    german = flat(load("translations/de.json"))
    assert not {key for key, text in german.items() if address.search(text)}


def test_german_names_the_settings_of_octoprint() -> None:
    """They are headed in English in a German OctoPrint, too."""
    german = flat(load("translations/de.json"))
    named = [key for key, text in flat(EN).items() if "Application Keys" in text]
    assert named
    assert all("„Application Keys“" in german[key] for key in named)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_readme_names_the_event_entity(language: str) -> None:
    """Who copies an automation finds the id that the entity has in the language."""
    name = load(f"translations/{language}.json")["entity"]["event"]["job"]["name"]
    assert f"event.ender_3_{slugify(name)}" in (ROOT / "README.md").read_text()


def test_steps() -> None:
    """Every step that shows something has its texts, and no text is left over."""
    steps = EN["config"]["step"]
    shown = literals("step_id") | {"job_log"}
    methods = {
        name.removeprefix("async_step_")
        for name in dir(PrinternizerConfigFlow)
        if name.startswith("async_step_")
    }
    assert steps.keys() <= methods
    progress = EN["config"]["progress"].keys()
    assert literals("progress_action") == progress
    forms = {
        name
        for name in methods
        if name.startswith(tuple(PrinterType)) and name not in progress
    }
    silent = {"bambu_lab_heard", "octoprint_key_decided"}
    assert steps.keys() == (forms - silent) | {"user", "job_log"}
    assert shown - progress <= steps.keys() | {"init", "printer", "confirm"}
    assert steps["user"]["menu_options"].keys() == set(MENU)
    for flow in (JobLogOptionsFlow, PrinterOptionsFlow):
        assert hasattr(flow, "async_step_init")
    assert EN["options"]["step"].keys() == {"init", "printer"}


@pytest.mark.parametrize("name", sorted(EN["config"]["step"]))
def test_fields_are_explained(name: str) -> None:
    """Every field has a name and says what to type."""
    step = EN["config"]["step"][name]
    for part in (step, *step.get("sections", {}).values()):
        assert part.get("data", {}).keys() == part.get("data_description", {}).keys()


@pytest.mark.parametrize("language", LANGUAGES)
def test_interval_names_its_range(language: str) -> None:
    """Where the interval is asked for, the text says what may be typed."""
    texts = flat(load(f"translations/{language}.json"))
    ending = "data_description.monitoring_interval"
    asked = [text for key, text in texts.items() if key.endswith(ending)]
    bounds = [str(MIN_MONITORING_INTERVAL), str(MAX_MONITORING_INTERVAL)]
    assert [re.findall(r"\d+", text) for text in asked] == [bounds, bounds]


def test_errors_and_reasons() -> None:
    """Every error has a text in the flow, and those of looks at run time too."""
    keys = error_keys()
    assert keys <= EN["config"]["error"].keys()
    of_options = {"too_many_patterns", "pattern_too_long"}
    extra = {"invalid_url", "required", "none_found"} | of_options
    assert EN["config"]["error"].keys() == keys | extra
    assert EN["options"]["error"].keys() == of_options
    in_flow_only = {key for key in keys if key.startswith("appkey")}
    in_flow_only |= {"key_needed", "no_identity"}
    wanted = keys - in_flow_only | {"database_unavailable", "other_printer"}
    assert EN["exceptions"].keys() == wanted
    own = literals("reason")
    assert own <= EN["config"]["abort"].keys()
    assert EN["config"]["abort"].keys() == own | {"already_configured"}


def test_entities() -> None:
    """Every entity has a name, every state a word, and most an icon."""
    sensors = EN["entity"]["sensor"]
    described = [*SENSORS, *REPORTED, *COUNTS]
    assert sensors.keys() == {each.translation_key for each in described}
    assert sensors["status"]["state"].keys() == set(STATUSES)
    event = EN["entity"]["event"]["job"]["state_attributes"]["event_type"]
    assert event["state"].keys() == set(JOB_EVENTS)
    icons = load("icons.json")["entity"]
    for platform, entities in EN["entity"].items():
        assert icons[platform].keys() == entities.keys()


def test_issues() -> None:
    """Every issue has its texts."""
    source = "".join(path.read_text() for path in shell_sources())
    for key, texts in EN["issues"].items():
        assert f'"{key}"' in source
        is_fixable = "fix_flow" in texts
        assert is_fixable == (key in {"certificate_changed", "no_news"})
        assert not is_fixable or texts["fix_flow"]["step"].keys() == {"confirm"}
