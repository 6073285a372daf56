"""Bambu Lab printers, over the MQTT broker that each has in the local network."""

from .client import PORT, BambuLabClient
from .discovery import FoundPrinter, discover
from .errors import CertificateOfAnotherPrinter, UnknownCertificate, WrongSerial
from .timing import Timing
from .tls import readable_fingerprint

__all__ = [
    "PORT",
    "BambuLabClient",
    "CertificateOfAnotherPrinter",
    "FoundPrinter",
    "Timing",
    "UnknownCertificate",
    "WrongSerial",
    "discover",
    "readable_fingerprint",
]
