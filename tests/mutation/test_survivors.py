"""The explanations of survivors are about the core as it is."""

from .bench import CORE, MODULES, ROOT
from .survivors import load


def test_what_is_explained_stands_in_the_core() -> None:
    """A line that has changed needs no explanation any more, or a new one."""
    for key in load(MODULES):
        lines = (ROOT / CORE / f"{key.module}.py").read_text().splitlines()
        code = " ".join(line.strip() for line in lines if line.strip())
        assert key.old in code, key


def test_every_explanation_is_a_sentence() -> None:
    """It tells why a mutant cannot be killed, or need not be."""
    for key, why in load(MODULES).items():
        assert why.strip().endswith("."), key
        assert len(why.split()) > 5, key
