"""The characters that text messages can hold are those of Python's codec for CP949."""

from __future__ import annotations

import duckdb
import jinja2
from warehouse import ROOT


def test_every_code_point_agrees_with_the_codec() -> None:
    macro = (ROOT / "macros/texts/cp949_characters.sql").read_text(encoding="utf-8")
    characters = jinja2.Environment().from_string(macro + "{{ cp949_characters() }}").render()
    everything = "".join(map(chr, code_points()))
    with duckdb.connect() as connection:
        found = connection.execute(
            f"select regexp_replace(?, '[\n -~가-힣{characters}]+', '', 'g')", [everything]
        ).fetchall()
    assert found == [("".join(character for character in everything if not is_held(character)),)]


def code_points() -> list[int]:
    """All characters of Unicode's first plane, and the first of each other one."""
    surrogates = range(0xD800, 0xE000)
    first_plane = [point for point in range(1, 0x10000) if point not in surrogates]
    return first_plane + list(range(0x10000, 0x110000, 0x10000))


def is_held(character: str) -> bool:
    """Whether CP949 gives a character back as it was; of control characters only the newline."""
    if character != "\n" and (ord(character) < 0x20 or ord(character) == 0x7F):
        return False
    try:
        return character.encode("cp949").decode("cp949") == character
    except UnicodeEncodeError:
        return False
