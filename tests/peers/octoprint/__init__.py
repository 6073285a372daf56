"""An OctoPrint of our own, after version 1.11.8 with its virtual printer."""

from .peer import Misbehaviour, OctoPrintPeer

__all__ = ["Misbehaviour", "OctoPrintPeer"]
