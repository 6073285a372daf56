"""How hard the parsers are tried: ``FUZZ_EXAMPLES`` inputs for each test."""

import os

from hypothesis import settings

fuzz = settings(max_examples=int(os.environ.get("FUZZ_EXAMPLES", "2000")))
