"""Printers of our own that speak the printers' protocols on 127.0.0.1."""
