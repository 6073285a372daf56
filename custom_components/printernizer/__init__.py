"""Printernizer: every print becomes exactly one job."""
