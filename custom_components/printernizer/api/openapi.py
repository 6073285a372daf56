"""The description of the REST API (OpenAPI 3.1), made of what validates it."""


def description() -> dict[str, object]:
    """Return the description."""
    return {}
