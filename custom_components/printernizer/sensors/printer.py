"""What a printer does."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from math import ceil
from typing import Any, override

from homeassistant.components.sensor import (
    DOMAIN as SENSOR_DOMAIN,
    SensorDeviceClass,
    SensorEntity,
    SensorEntityDescription,
    SensorStateClass,
)
from homeassistant.const import (
    PERCENTAGE,
    UnitOfLength,
    UnitOfMass,
    UnitOfTemperature,
    UnitOfTime,
)
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from ..const import DOMAIN
from ..core.identity import own_readings
from ..core.names import job_name
from ..core.snapshot import Activity
from ..entity import PrinterEntity
from ..models import PrinterConfigEntry
from ..printer_state import PrinterState

STATUSES = ["idle", "preparing", "printing", "paused", "error"]
MINUTE_S = 60

type Value = str | int | float | None


@dataclass(frozen=True, kw_only=True)
class PrinterSensorDescription(SensorEntityDescription):
    """How a sensor reads what a printer shows."""

    value_fn: Callable[[PrinterState], Value]


def _status(state: PrinterState) -> str:
    """Return the printer's state.

    An ended print leaves an idle printer, unless the printer complains.
    """
    activity = state.snapshot.activity
    if activity in (Activity.PREPARING, Activity.PRINTING, Activity.PAUSED):
        return activity.value
    return "error" if state.snapshot.fault else "idle"


def _current_job(state: PrinterState) -> str | None:
    """Return the name of the print that runs."""
    current = state.session.current
    return job_name(current.label) if current is not None else None


def _progress(state: PrinterState) -> int | None:
    """Return how much of the print is done, in whole percent."""
    live = state.session.live
    done = live.progress if live is not None and state.session.current else None
    return int(done) if done is not None else None


def _remaining(state: PrinterState) -> int | None:
    """Return the seconds left, in whole minutes: that is what is displayed."""
    live = state.session.live
    left_s = live.remaining_s if live is not None and state.session.current else None
    if left_s is None:
        return None
    return max(0, ceil(left_s / MINUTE_S) * MINUTE_S)


def _filament_g(state: PrinterState) -> float | None:
    """Return what the print that runs has taken so far, in grams."""
    used_g = state.snapshot.material_g
    if used_g is None or state.session.current is None:
        return None
    return round(used_g, 1)


def _filament_mm(state: PrinterState) -> int | None:
    """Return what the print that runs has taken so far, in millimetres."""
    used_mm = state.snapshot.telemetry.filament_used_mm
    if used_mm is None or state.session.current is None:
        return None
    return round(used_mm)


def _layer(state: PrinterState) -> int | None:
    """Return the layer of the print that runs: an ended one leaves its last."""
    return own_readings(state.session.live, state.snapshot).layer


def _layers(state: PrinterState) -> int | None:
    """Return how many layers the print that runs has."""
    return own_readings(state.session.live, state.snapshot).layers


SENSORS = (
    PrinterSensorDescription(
        key="status",
        translation_key="status",
        device_class=SensorDeviceClass.ENUM,
        options=STATUSES,
        value_fn=_status,
    ),
    PrinterSensorDescription(
        key="current_job", translation_key="current_job", value_fn=_current_job
    ),
    PrinterSensorDescription(
        key="progress",
        translation_key="progress",
        native_unit_of_measurement=PERCENTAGE,
        state_class=SensorStateClass.MEASUREMENT,
        suggested_display_precision=0,
        value_fn=_progress,
    ),
    PrinterSensorDescription(
        key="remaining_time",
        translation_key="remaining_time",
        device_class=SensorDeviceClass.DURATION,
        native_unit_of_measurement=UnitOfTime.SECONDS,
        suggested_unit_of_measurement=UnitOfTime.MINUTES,
        suggested_display_precision=0,
        value_fn=_remaining,
    ),
)


def _temperature(
    key: str, value_fn: Callable[[PrinterState], Value]
) -> PrinterSensorDescription:
    """Return the description of a temperature, which changes at every look."""
    return PrinterSensorDescription(
        key=key,
        translation_key=key,
        device_class=SensorDeviceClass.TEMPERATURE,
        native_unit_of_measurement=UnitOfTemperature.CELSIUS,
        state_class=SensorStateClass.MEASUREMENT,
        suggested_display_precision=0,
        entity_registry_enabled_default=False,
        value_fn=value_fn,
    )


# Not every printer reports these: an entity comes with the first value. Filament that
# is drawn back is counted back (Klipper), so that a fall means no new print.
REPORTED = (
    PrinterSensorDescription(
        key="layer",
        translation_key="layer",
        state_class=SensorStateClass.MEASUREMENT,
        entity_registry_enabled_default=False,
        value_fn=_layer,
    ),
    PrinterSensorDescription(
        key="layers",
        translation_key="layers",
        entity_registry_enabled_default=False,
        value_fn=_layers,
    ),
    PrinterSensorDescription(
        key="filament_used",
        translation_key="filament_used",
        device_class=SensorDeviceClass.WEIGHT,
        native_unit_of_measurement=UnitOfMass.GRAMS,
        state_class=SensorStateClass.TOTAL,
        suggested_display_precision=0,
        entity_registry_enabled_default=False,
        value_fn=_filament_g,
    ),
    PrinterSensorDescription(
        key="filament_length",
        translation_key="filament_length",
        device_class=SensorDeviceClass.DISTANCE,
        native_unit_of_measurement=UnitOfLength.MILLIMETERS,
        suggested_unit_of_measurement=UnitOfLength.METERS,
        state_class=SensorStateClass.TOTAL,
        suggested_display_precision=2,
        entity_registry_enabled_default=False,
        value_fn=_filament_mm,
    ),
    _temperature("nozzle", lambda state: state.snapshot.telemetry.nozzle_c),
    _temperature(
        "nozzle_target", lambda state: state.snapshot.telemetry.nozzle_target_c
    ),
    _temperature("bed", lambda state: state.snapshot.telemetry.bed_c),
    _temperature("bed_target", lambda state: state.snapshot.telemetry.bed_target_c),
)


@callback
def async_add_printer_sensors(
    hass: HomeAssistant,
    entry: PrinterConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add what every printer has now, and what some report with its first value."""
    coordinator = entry.runtime_data
    async_add_entities(
        CurrentJobSensor(coordinator, each)
        if each.key == "current_job"
        else PrinterSensor(coordinator, each)
        for each in SENSORS
    )
    registry = er.async_get(hass)
    known = {
        each.key
        for each in REPORTED
        if registry.async_get_entity_id(
            SENSOR_DOMAIN, DOMAIN, f"{coordinator.printer_id}_{each.key}"
        )
    }
    async_add_entities(
        PrinterSensor(coordinator, each) for each in REPORTED if each.key in known
    )
    awaited = [each for each in REPORTED if each.key not in known]

    @callback
    def add_reported() -> None:
        """Add the sensors that the printer has its first value for."""
        data = coordinator.data
        found = [each for each in awaited if each.value_fn(data) is not None]
        if found:
            awaited[:] = [each for each in awaited if each not in found]
            async_add_entities(PrinterSensor(coordinator, each) for each in found)

    add_reported()
    entry.async_on_unload(coordinator.async_add_listener(add_reported))


class PrinterSensor(PrinterEntity, SensorEntity):
    """One thing that a printer shows."""

    entity_description: PrinterSensorDescription

    @property
    @override
    def native_value(self) -> Value:
        """Return what the printer showed last."""
        return self.entity_description.value_fn(self.coordinator.data)

    @property
    @override
    def last_reset(self) -> datetime | None:
        """Return since when filament is counted: since the print that runs began."""
        current = self.coordinator.data.session.current
        if current is None or self.state_class is not SensorStateClass.TOTAL:
            return None
        return current.began_at


class CurrentJobSensor(PrinterSensor):
    """The print that runs, and the record of it."""

    _unrecorded_attributes = frozenset({"job_id", "filename"})

    @property
    @override
    def native_value(self) -> Value:
        """Return the job's name, or the file's where the print is not recorded."""
        return self.coordinator.job_name or super().native_value

    @property
    @override
    def extra_state_attributes(self) -> dict[str, Any]:
        """Return the record's id, None where the print is not recorded."""
        session = self.coordinator.data.session
        return {
            "job_id": session.job_id,
            "filename": session.current.filename if session.current else None,
        }
