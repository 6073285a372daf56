"""Tests of Printernizer."""
