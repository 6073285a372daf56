"""How many jobs run, and how many came today."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
import logging
from typing import override

from homeassistant.components.sensor import (
    SensorEntity,
    SensorEntityDescription,
    SensorStateClass,
)
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.debounce import Debouncer
from homeassistant.helpers.event import async_track_time_change
from homeassistant.util import dt as dt_util

from ..database import DatabaseError, JobCounts
from ..entity import JobLogEntity
from ..models import runtime
from ..watching import Change, PrinterSeen

_LOGGER = logging.getLogger(__name__)

COUNT_DEBOUNCE_S = 0.3


@dataclass(frozen=True, kw_only=True)
class CountDescription(SensorEntityDescription):
    """How a sensor reads the counts."""

    value_fn: Callable[[JobCounts], int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """The counts, and the first moment of the day that they are of."""

    jobs: JobCounts
    day: datetime


COUNTS = (
    CountDescription(
        key="active_jobs",
        translation_key="active_jobs",
        state_class=SensorStateClass.MEASUREMENT,
        value_fn=lambda counts: counts.active,
    ),
    CountDescription(
        key="jobs_today",
        translation_key="jobs_today",
        state_class=SensorStateClass.TOTAL,
        value_fn=lambda counts: counts.since,
    ),
)


async def async_job_log_sensors(hass: HomeAssistant) -> list[JobCountSensor]:
    """Return the sensors; they know their counts from the first moment."""
    counts = await _counts(hass)
    return [JobCountSensor(each, counts) for each in COUNTS]


async def _counts(hass: HomeAssistant) -> Counted | None:
    """Count the jobs; None where the database cannot tell now."""
    day = dt_util.start_of_local_day()
    try:
        return Counted(jobs=await runtime(hass).database.counts(day), day=day)
    except DatabaseError as err:
        _LOGGER.debug("The jobs cannot be counted now: %s", err)
        return None


class JobCountSensor(JobLogEntity, SensorEntity):
    """A number of jobs."""

    entity_description: CountDescription

    def __init__(self, description: CountDescription, counts: Counted | None) -> None:
        """Begin with known counts."""
        super().__init__(description)
        self._take(counts)

    @override
    async def async_added_to_hass(self) -> None:
        """Count again when jobs change, and when the day may have.

        Where clocks go forward at midnight a day begins at one.
        """
        await super().async_added_to_hass()
        recount = Debouncer(
            self.hass,
            _LOGGER,
            cooldown=COUNT_DEBOUNCE_S,
            immediate=False,
            function=self._async_recount,
        )

        @callback
        def changed(change: Change) -> None:
            """Count again after changes of a job."""
            if not isinstance(change, PrinterSeen):
                recount.async_schedule_call()

        @callback
        def next_hour(_now: datetime) -> None:
            """Count again where a day may begin."""
            recount.async_schedule_call()

        self.async_on_remove(runtime(self.hass).manager.listen(changed))
        self.async_on_remove(
            async_track_time_change(self.hass, next_hour, minute=0, second=0)
        )
        self.async_on_remove(recount.async_shutdown)

    async def _async_recount(self) -> None:
        """Show the counts of now."""
        self._take(await _counts(self.hass))
        self.async_write_ha_state()

    @callback
    def _take(self, counts: Counted | None) -> None:
        """Take over counts; where there are none, be unavailable."""
        self._attr_available = counts is not None
        if counts is not None:
            self._attr_native_value = self.entity_description.value_fn(counts.jobs)
            if self.state_class is SensorStateClass.TOTAL:
                self._attr_last_reset = counts.day
