"""OctoPrint's words for what it is doing."""

from enum import StrEnum


class StateKind(StrEnum):
    """What a state text of OctoPrint means for a print."""

    PRINTING = "printing"
    FINISHING = "finishing"
    CANCELLING = "cancelling"
    PAUSED = "paused"
    READY = "ready"
    OFFLINE = "offline"
    ERROR = "error"
    CONNECTING = "connecting"
    UNKNOWN = "unknown"

    @property
    def is_active(self) -> bool:
        """Tell whether a print is under way."""
        return self in _ACTIVE

    @property
    def is_winding_down(self) -> bool:
        """Tell whether the print's end is announced and counted, but not over.

        PrintDone, PrintCancelled and the file's counter come before the state
        returns to Operational, by as much as the user's scripts take (1.11).
        """
        return self in (StateKind.FINISHING, StateKind.CANCELLING)

    @property
    def is_news(self) -> bool:
        """Tell whether the state says anything about a print."""
        return self not in (StateKind.CONNECTING, StateKind.UNKNOWN)


_ACTIVE = frozenset(
    {
        StateKind.PRINTING,
        StateKind.FINISHING,
        StateKind.CANCELLING,
        StateKind.PAUSED,
    }
)

# The texts of OctoPrint 1.11.8, which are never translated, and older ones.
# A transfer to the SD card sets the flag "printing" too, but prints nothing.
_KINDS = {
    "starting": StateKind.PRINTING,
    "starting print from sd": StateKind.PRINTING,
    "printing": StateKind.PRINTING,
    "printing from sd": StateKind.PRINTING,
    "pausing": StateKind.PRINTING,
    "resuming": StateKind.PRINTING,
    "finishing": StateKind.FINISHING,
    "cancelling": StateKind.CANCELLING,
    "paused": StateKind.PAUSED,
    "operational": StateKind.READY,
    "starting to send file to sd": StateKind.READY,
    "sending file to sd": StateKind.READY,
    "transferring file to sd": StateKind.READY,
    "offline": StateKind.OFFLINE,
    "closed": StateKind.OFFLINE,
    "error": StateKind.ERROR,
    "offline after error": StateKind.ERROR,
    "opening serial connection": StateKind.CONNECTING,
    "opening serial port": StateKind.CONNECTING,
    "detecting serial connection": StateKind.CONNECTING,
    "detecting serial port": StateKind.CONNECTING,
    "detecting baudrate": StateKind.CONNECTING,
    "connecting": StateKind.CONNECTING,
}
# Before 1.5 the reason stood in the text itself.
_ERROR_BEGINNINGS = ("error:", "offline (error", "offline: ")


def kind_of(text: str | None) -> StateKind:
    """Return what a state text means; UNKNOWN for none and for one never seen."""
    if text is None:
        return StateKind.UNKNOWN
    word = text.strip().lower()
    if word.startswith(_ERROR_BEGINNINGS):
        return StateKind.ERROR
    return _KINDS.get(word, StateKind.UNKNOWN)
