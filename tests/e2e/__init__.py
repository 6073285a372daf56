"""Real Home Assistant, real browser, real printers' software."""
