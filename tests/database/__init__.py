"""Tests of the job history, on real database files."""
