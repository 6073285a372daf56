"""Figures of speed, each with its own reference taken in the same run."""
