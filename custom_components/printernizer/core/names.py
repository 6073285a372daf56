"""File names: what people call a print, and what makes two names the same."""

from functools import lru_cache
import re
import unicodedata

UNNAMED = "Unnamed print"
MAX_NAME = 200

_ENDINGS = re.compile(
    r"\.(?:gcode\.3mf|3mf|gcode|bgcode|gco|g|ufp|stl)$", re.IGNORECASE
)


def job_name(filename: str | None) -> str:
    """Return the file's name without folder and slicer endings, 1 to 200 characters.

    ``cache/Cube.gcode.3mf`` becomes ``Cube``; nothing usable becomes UNNAMED.
    """
    if not filename:
        return UNNAMED
    base = filename.replace("\\", "/").rstrip("/ ").rpartition("/")[2].strip()
    name = _ENDINGS.sub("", base).strip() or base
    return name[:MAX_NAME].strip() or UNNAMED


# The same few names are compared at every look.
@lru_cache(maxsize=512)
def match_name(filename: str | None) -> str:
    """Return what has to be equal for two names to mean the same model, or ""."""
    if not filename:
        return ""
    return unicodedata.normalize("NFC", job_name(filename)).casefold()


@lru_cache(maxsize=512)
def match_path(filename: str | None) -> str:
    """Return what has to be equal for two paths to mean the same file, or ""."""
    if not filename:
        return ""
    return unicodedata.normalize("NFC", filename.strip().strip("/")).casefold()
