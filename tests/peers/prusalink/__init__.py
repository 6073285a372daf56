"""A PrusaLink of our own, after firmware 6.3.0 of Buddy and PrusaLink 0.8.1 on MK3."""

from .machine import Personality
from .peer import PrusaLinkPeer

__all__ = ["Personality", "PrusaLinkPeer"]
