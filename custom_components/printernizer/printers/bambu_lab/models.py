"""Names of the models by the codes that printers announce and answer.

Codes as listed in the vendor's slicer (BambuStudio, resources/printers, 2026).
"""

from .report import Version

MANUFACTURER = "Bambu Lab"

MODELS = {
    "BL-P001": "X1 Carbon",
    "BL-P002": "X1",
    "C11": "P1P",
    "C12": "P1S",
    "C13": "X1E",
    "N1": "A1 mini",
    "N2S": "A1",
    "N6": "X2D",
    "N7": "P2S",
    "N9": "A2L",
    "O1C": "H2C",
    "O1C2": "H2C",
    "O1D": "H2D",
    "O1E": "H2D Pro",
    "O1S": "H2S",
    "O2D": "H2D Pro",
    # What X1 printers announced before 2023.
    "3DPrinter-X1": "X1",
    "3DPrinter-X1-Carbon": "X1 Carbon",
}


def model_of_code(code: str | None) -> str | None:
    """Return the model that a code stands for, the code itself where not known."""
    return MODELS.get(code, code) if code else None


def model_of(version: Version | None) -> str | None:
    """Return the model that the printer's own answer names."""
    if version is None:
        return None
    if version.product_name:
        return version.product_name.removeprefix(MANUFACTURER).strip() or None
    return model_of_code(version.project_name)
