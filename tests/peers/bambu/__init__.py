"""A Bambu Lab printer of our own: MQTT over TLS, several models."""

from .certificates import Authority, Certificate
from .models import A1, H2D, MODELS, P1P_OLD, P1S, P2S, X1_OLD, X1C, Model
from .peer import BambuPeer

__all__ = [
    "A1",
    "H2D",
    "MODELS",
    "P1P_OLD",
    "P1S",
    "P2S",
    "X1C",
    "X1_OLD",
    "Authority",
    "BambuPeer",
    "Certificate",
    "Model",
]
