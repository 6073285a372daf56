"""Tell from time to time how far mutmut is."""

import os
import re
import subprocess
import sys
from time import monotonic

EVERY_S = 20.0


def follow(process: subprocess.Popen[bytes]) -> str:
    """Pass on the state that a running mutmut shows; return all its other lines."""
    assert process.stdout is not None
    log, told_at, rest = [], 0.0, b""
    while chunk := os.read(process.stdout.fileno(), 65536):
        *lines, rest = re.split(rb"[\r\n]", rest + chunk)
        for line in (each.decode(errors="replace").strip() for each in lines):
            if not line:
                continue
            if not _is_state(line):
                log.append(line)
            elif monotonic() - told_at > EVERY_S:
                told_at = monotonic()
                sys.stderr.write(f"{line}\n")
    return "\n".join([*log, rest.decode(errors="replace")])


def _is_state(line: str) -> bool:
    """Tell whether a line shows how many mutants are judged."""
    return re.search(r"\d+/\d+ ", line) is not None
