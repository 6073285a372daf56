"""How long a client waits for what, in seconds."""

from ...core.frozen import frozen


@frozen(kw_only=True)
class Timing:
    """The waits of a client.

    Attributes:
        connect_s: For the TCP connection, and again for the TLS handshake.
        login_s: For the answers to login and subscription.
        full_s: For the full report, before deltas alone have to do.
        silence_s: Without a report until the state counts as stale.
        revive_s: After the printer was asked to report again, until reconnecting.
        steady_s: Until a connection that ends may be tried again as soon as the first.
        pushall_s: Between two requests for a full report: they make a P1 lag.
        quiet_s: Between two snapshots that differ in progress and readings only.
        identify_s: For the answer of a printer that is asked who it is.
    """

    connect_s: float = 5.0
    login_s: float = 10.0
    full_s: float = 10.0
    silence_s: float = 60.0
    revive_s: float = 15.0
    steady_s: float = 60.0
    pushall_s: float = 300.0
    quiet_s: float = 1.0
    identify_s: float = 10.0


DEFAULT_TIMING = Timing()
