"""What was typed into a form, and what entry data become of it."""

from collections.abc import Mapping
from typing import Any

import voluptuous as vol

from homeassistant.const import CONF_API_KEY, CONF_PASSWORD, CONF_URL

from ..const import CONF_ACCESS_CODE
from ..printers.parsing import normalise_url
from .fields import ADVANCED

SECRETS = (CONF_API_KEY, CONF_PASSWORD, CONF_ACCESS_CODE)


def without_secrets(data: Mapping[str, Any]) -> dict[str, Any]:
    """Return entry data that may be shown: what is stored stays here."""
    return {key: value for key, value in data.items() if key not in SECRETS}


def flat(user_input: Mapping[str, Any]) -> dict[str, Any]:
    """Return what was typed, the section's fields among the others."""
    advanced = user_input.get(ADVANCED, {})
    rest = {key: value for key, value in user_input.items() if key != ADVANCED}
    return rest | dict(advanced)


def blank_errors(schema: vol.Schema, typed: Mapping[str, Any]) -> dict[str, str]:
    """Return an error for each required text that was left blank."""
    texts = [key for key in schema.schema if isinstance(key, vol.Required)]
    blank = [str(key) for key in texts if str(typed.get(str(key), "-")).strip() == ""]
    return dict.fromkeys(blank, "required")


def merged(
    schema: vol.Schema, known: Mapping[str, Any], typed: Mapping[str, Any]
) -> dict[str, Any]:
    """Return entry data: what was typed, and what is known beyond.

    A secret that was left blank stays as known, for no form shows it; another field
    that is blank was emptied. Raises ValueError for an address that is none.
    """
    asked = {str(key) for key in schema.schema} - set(SECRETS)
    data = {key: value for key, value in known.items() if key not in asked}
    for key, value in typed.items():
        text = value.strip() if isinstance(value, str) else value
        if text != "":
            data[key] = text
    if CONF_URL in data:
        data[CONF_URL] = normalise_url(data[CONF_URL])
    return data
