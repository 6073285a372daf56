"""The real programs that tests run, each in an environment of its own."""
