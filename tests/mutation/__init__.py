"""Mutation testing: change the core a little, and let its tests notice.

mutmut makes the mutants and runs the judges in a folder of their own below
``.cache``. What survives is explained in ``tests/core/survivors.toml``.
"""
