"""What the tests of PrusaLink's client share."""

from custom_components.printernizer.core.snapshot import NOTHING_REMEMBERED, Snapshot
from custom_components.printernizer.printers.prusalink import PrusaLinkClient

NAME = "Spice_Harvester_0.2mm_PLA_MK4_2h5m.bgcode"
STATUS = "/api/v1/status"
JOB = "/api/v1/job"
LEGACY_JOB = "/api/job"


async def look(client: PrusaLinkClient) -> Snapshot:
    """Take one look with nothing remembered."""
    return await client.look(NOTHING_REMEMBERED)
