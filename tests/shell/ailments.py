"""What can be wrong with an OctoPrint, and how it gets well again."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace

from tests.peers.octoprint import Misbehaviour, OctoPrintPeer

HUGE = b'"' + b"x" * 10 * 1024 * 1024 + b'"'


@dataclass(frozen=True, slots=True, kw_only=True)
class Ailment:
    """One fault: the error that it gives, and how to bring it about and end it."""

    error: str
    begin: Callable[[OctoPrintPeer], Awaitable[None]]
    end: Callable[[OctoPrintPeer], Awaitable[None]]


def _spoiling(error: str, wrong: Misbehaviour) -> Ailment:
    """Return a fault in the answers of a server that runs."""

    async def begin(peer: OctoPrintPeer) -> None:
        """Spoil the answers."""
        peer.misbehave = replace(wrong, unstall=asyncio.Event())

    async def end(peer: OctoPrintPeer) -> None:
        """Answer well again."""
        peer.misbehave.unstall.set()
        peer.misbehave = Misbehaviour()

    return Ailment(error=error, begin=begin, end=end)


async def _stop(peer: OctoPrintPeer) -> None:
    """Close the port."""
    await peer.stop()


async def _start(peer: OctoPrintPeer) -> None:
    """Open the port again."""
    await peer.start(port=peer.port)


async def _begin_starting(peer: OctoPrintPeer) -> None:
    """Answer as a program that starts."""
    await peer.stop()
    await peer.begin_starting()


async def _end_starting(peer: OctoPrintPeer) -> None:
    """Have started."""
    await peer.restart()


STATELESS = _spoiling("unexpected_answer", Misbehaviour(where="/api/job", body=b"{}"))

AILMENTS = (
    Ailment(error="cannot_connect", begin=_stop, end=_start),
    Ailment(error="not_http", begin=_begin_starting, end=_end_starting),
    _spoiling("cannot_connect", Misbehaviour(drops=True)),
    _spoiling("timeout", Misbehaviour(stalls=True)),
    _spoiling("starting", Misbehaviour(status=503)),
    _spoiling("wrong_device", Misbehaviour(status=404)),
    STATELESS,
    _spoiling("not_json", Misbehaviour(body=b"<html><body>It works!</body></html>")),
    _spoiling("unexpected_answer", Misbehaviour(body=b"[1, 2]")),
    _spoiling("unexpected_answer", Misbehaviour(status=500)),
    _spoiling("answer_too_large", Misbehaviour(body=HUGE)),
)

# The flow asks who it is, and nothing about the job.
IN_FLOW = (
    *(each for each in AILMENTS if each is not STATELESS),
    _spoiling("wrong_device", Misbehaviour(body=b'{"text": "Moonraker 0.11"}')),
)


def ailment_id(ailment: Ailment) -> str:
    """Return a test's name."""
    return ailment.error
