"""Names and values as they stand in SQL."""

from __future__ import annotations


def identifier(name: str) -> str:
    """Return a name between the quotes of an SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def literal(value: object) -> str:
    """Return a value as an SQL text."""
    return "'" + str(value).replace("'", "''") + "'"
