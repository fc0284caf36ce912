"""The characters that text messages can hold are those of Python's codec for CP949."""

from __future__ import annotations

import duckdb
import jinja2
from warehouse import ROOT


def test_every_code_point_agrees_with_the_codec() -> None:
    macro = (ROOT / "macros/texts/cp949_characters.sql").read_text(encoding="utf-8")
    characters = jinja2.Environment().from_string(macro + "{{ cp949_characters() }}").render()
    with duckdb.connect() as connection:
        found = connection.execute(
            "select point from unnest(?::int[]) as points(point)"
            f" where regexp_matches(chr(point), '^[{characters}]$')",
            [code_points()],
        ).fetchall()
    assert {point for (point,) in found} == {point for point in code_points() if is_held(point)}


def code_points() -> list[int]:
    """All characters of Unicode's first plane, and the first of each other one."""
    surrogates = range(0xD800, 0xE000)
    first_plane = [point for point in range(1, 0x10000) if point not in surrogates]
    return first_plane + list(range(0x10000, 0x110000, 0x10000)) + [ord("😀")]


def is_held(point: int) -> bool:
    """Whether CP949 gives a character back as it was; control characters but the newline are none."""
    character = chr(point)
    if character != "\n" and (point < 0x20 or point == 0x7F):
        return False
    try:
        return character.encode("cp949").decode("cp949") == character
    except UnicodeEncodeError:
        return False
