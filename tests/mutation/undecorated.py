"""Source without the decorators for whose sake mutmut passes a function by."""

import ast


def undecorated(source: str) -> str:
    """Return source that does the same without ``@property`` and ``@lru_cache``.

    A cache would also answer for a mutant with what it knows from before.
    """
    lines = source.splitlines()
    for node in reversed(list(_decorated(ast.parse(source)))):
        (decorator,) = node.decorator_list
        if isinstance(decorator, ast.Name):
            assert node.end_lineno is not None
            indent = " " * node.col_offset
            property_line = f"{indent}{node.name} = property({node.name})"
            lines.insert(node.end_lineno, property_line)
        del lines[decorator.lineno - 1]
    return "\n".join(lines) + "\n"


def _decorated(module: ast.Module) -> list[ast.FunctionDef]:
    """Return the properties and the cached functions, in their order."""
    found = [
        node
        for node in ast.walk(module)
        if isinstance(node, ast.FunctionDef) and node.decorator_list
    ]
    return sorted(found, key=lambda node: node.lineno)
