"""Notes: what is added to them, and how long they may become."""

MAX_NOTES = 1000


def with_note(notes: str | None, more: str | None) -> str | None:
    """Return the notes with a line added; what stands there is kept whole."""
    if not more or not (line := more.strip()):
        return notes
    if not notes:
        return line[:MAX_NOTES]
    if line in notes:
        return notes
    room = MAX_NOTES - len(notes) - 1
    return f"{notes}\n{line[:room]}" if room > 0 else notes
