"""A Moonraker of our own with a Klipper behind it, after versions 0.11.0 and v0.13."""

from .klipper import Klipper, KlipperBusyError
from .misbehave import Misbehaviour
from .peer import MoonrakerPeer

__all__ = ["Klipper", "KlipperBusyError", "Misbehaviour", "MoonrakerPeer"]
