"""Names that more than one module of the shell uses."""

from homeassistant.const import Platform

DOMAIN = "printernizer"

PLATFORMS = [Platform.BINARY_SENSOR, Platform.EVENT, Platform.SENSOR]
JOB_LOG_PLATFORMS = [Platform.SENSOR]

CONF_PRINTER_TYPE = "printer_type"
CONF_SERIAL_NUMBER = "serial_number"
CONF_ACCESS_CODE = "access_code"
CONF_FINGERPRINT = "fingerprint"

JOB_LOG = "job_log"
"""Unique id, title key and type of the service entry that holds what is common."""

CONF_AUTO_CREATE = "job_creation_auto_create"
CONF_MONITORING_INTERVAL = "monitoring_interval"
CONF_IGNORE_PATTERNS = "ignore_patterns"
CONF_IGNORE_SHORTER = "ignore_shorter_minutes"
CONF_RECORD_SYSTEM = "record_system_prints"

ENV_AUTO_CREATE = "JOB_CREATION_AUTO_CREATE"

DEFAULT_MONITORING_INTERVAL = 30
MIN_MONITORING_INTERVAL = 5
MAX_MONITORING_INTERVAL = 3600
MAX_IGNORE_SHORTER = 1440
MAX_IGNORE_PATTERNS = 100
MAX_PATTERN_LENGTH = 200

DATABASE_FILE = "printernizer.db"

EVENT_PREFIX = f"{DOMAIN}_"
"""The bus event of an announcement is this and the announcement's name."""

JOB_EVENTS = [
    "job_auto_created",
    "job_started",
    "job_paused",
    "job_resumed",
    "job_ended",
    "job_completed",
    "job_failed",
    "job_cancelled",
]
