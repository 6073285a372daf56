"""Hold the job history still while Home Assistant copies it."""

import logging

from homeassistant.core import HomeAssistant

from .database import DatabaseError
from .models import DATA, runtime

_LOGGER = logging.getLogger(__name__)

HOLD_S = 600.0
"""Writes go on after this time, however long the backup takes."""


async def async_pre_backup(hass: HomeAssistant) -> None:
    """Bring the file up to date and hold all writes.

    A backup without the newest jobs is better than none, so nothing is raised.
    """
    if DATA not in hass.data or not runtime(hass).is_open:
        return
    try:
        await runtime(hass).manager.save_progress()
        is_whole = await runtime(hass).database.checkpoint_and_hold(HOLD_S)
    except DatabaseError as err:
        _LOGGER.warning("The backup may lack the newest jobs: %s", err)
        return
    if not is_whole:
        _LOGGER.warning("The backup may lack the newest jobs: the database is in use")


async def async_post_backup(hass: HomeAssistant) -> None:
    """Let writes go on."""
    if DATA in hass.data:
        runtime(hass).database.release()
