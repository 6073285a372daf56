"""Klipper printers, asked through Moonraker."""

from .client import MoonrakerClient
from .discovery import Discovered, parse_discovery

__all__ = ["Discovered", "MoonrakerClient", "parse_discovery"]
