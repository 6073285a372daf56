"""The sensors of printers, and those of the Job log."""
