"""PrusaLink: on MINI, MK4, XL, CORE One ("Buddy"), and beside MK3 and MK2.5."""

from .client import PrusaLinkClient

__all__ = ["PrusaLinkClient"]
