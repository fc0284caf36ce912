"""What erasing and landing ask of DuckDB alike: one way to normalise, to hash and to read tokens.

Both attach a database in memory, named `dangol_erasure`, with the functions below. Nothing of it
reaches a file: neither the key, nor the identifiers.
"""

from __future__ import annotations

from pathlib import Path

import duckdb

from dangol.erasure.tombstones import Tombstones, folder_of, read_key, read_tombstones

DATABASE = "dangol_erasure"

BLOCK_BYTES = 64
"""Block of SHA-256: HMAC (RFC 2104) fills the key up to it before it pads."""

UNSEEN = "[\u0001-\u0020\u007f-\u00a0\u1680\u2000-\u200f\u2028-\u202f\u205f-\u2064\u3000\ufeff]+"
"""The characters of the macro unseen_characters, as many as stand together."""

WIDE_PHONE = "０１２３４５６７８９＋（）．－‐‑‒–—―−"
PLAIN_PHONE = "0123456789+().--------"
"""The characters of the macro plain_phone, and what they become."""

FUNCTIONS = (
    # HMAC-SHA-256 in hexadecimal; a session without the key gets null, which matches nothing
    "keyed_hash(value) as sha256(getvariable('dangol_outer_key') ||"
    " unhex(sha256(getvariable('dangol_inner_key') || encode(value))))",
    # as the macros bare_contact, normalise_email, plain_phone and normalise_phone do in staging
    f"bare(value) as regexp_replace(value, '^{UNSEEN}|{UNSEEN}$', '', 'g')",
    "email(value) as nullif(lower(dangol_erasure.main.bare(value)), '')",
    f"plain_phone(value) as trim(translate(regexp_replace(value, '{UNSEEN}', ' ', 'g'),"
    f" '{WIDE_PHONE}', '{PLAIN_PHONE}'))",
    "international(value, digits, code) as regexp_replace(case"
    " when regexp_matches(value, '^[ (]*[+]') then digits"
    " when digits like '00%' then substr(digits, 3)"
    " when digits like '0%' then code || substr(digits, 2)"
    " when starts_with(digits, code) then digits"
    " else code || digits end, '^' || code || '0+', code)",
    "phone(value, code) as case"
    " when regexp_matches(dangol_erasure.main.plain_phone(value), '^[+0-9 ().-]+$') then"
    " nullif('+' || regexp_extract("
    "  dangol_erasure.main.international(dangol_erasure.main.plain_phone(value), regexp_replace("
    "   dangol_erasure.main.plain_phone(value), '[^0-9]', '', 'g'), code),"
    "  '^[1-9][0-9]{7,14}$'), '+') end",
    # whether a text is an identifier wherever it stands: `7` is not, `C000042` is
    "is_distinctive(value) as contains(value, '@') or regexp_matches(value, '^[+][0-9]{8,}$')"
    " or (length(value) >= 6 and regexp_matches(value, '[0-9]')"
    "  and regexp_matches(value, '[A-Za-z]'))",
    "plain(value) as url_decode(value)",
    # the identifiers that a text may hold, as they are normalised
    "tokens(value, code) as list_filter(list_distinct(list_concat("
    " list_transform(regexp_extract_all(dangol_erasure.main.plain(value),"
    "  '[0-9A-Za-z._%+-]+@[0-9A-Za-z-]+(?:[.][0-9A-Za-z-]+)+'), lambda found: lower(found)),"
    " regexp_extract_all(dangol_erasure.main.plain(value), '[0-9A-Za-z]+'),"
    " regexp_extract_all(dangol_erasure.main.plain(value), '[0-9A-Za-z]+(?:[_:.-][0-9A-Za-z]+)+'),"
    " list_transform(regexp_extract_all("
    f"  translate(dangol_erasure.main.plain(value), '{WIDE_PHONE}\u00a0', '{PLAIN_PHONE} '),"
    "  '[+]?[0-9][0-9() .-]{6,18}[0-9]'),"
    "  lambda found: dangol_erasure.main.phone(found, code)))),"
    " lambda found: dangol_erasure.main.is_distinctive(found))",
)


def attach(connection: duckdb.DuckDBPyConnection, tombstones: Tombstones | None = None) -> None:
    """Attach the database in memory with its functions.

    Args:
        connection: what the database is attached to; its other cursors see it too.
        tombstones: given to landing, which looks for their hashes in what it reads.
    """
    connection.execute(f"attach ':memory:' as {DATABASE}")
    for function in FUNCTIONS:
        connection.execute(f"create macro {DATABASE}.main.{function}")
    if tombstones is None:
        return
    connection.execute(
        f"create table {DATABASE}.main.tombstones (type varchar, hash varchar, erased_on date);"
        f"create table {DATABASE}.main.matches"
        " (table_name varchar, column_name varchar, value varchar, last_day date);"
        f"create table {DATABASE}.main.counts (table_name varchar, erased_count bigint)"
    )
    if tombstones.rows:
        connection.execute(
            f"insert into {DATABASE}.main.tombstones"
            " select unnest($1), unnest($2), unnest($3)::date",
            [
                [kind for kind, _ in tombstones.rows],
                [digest for _, digest in tombstones.rows],
                [f"{day}" for day in tombstones.rows.values()],
            ],
        )


def attach_tombstones(connection: duckdb.DuckDBPyConnection, root: Path) -> None:
    """Let a session outside dbt read the views of `landing` of a build with tombstones.

    Args:
        connection: the session.
        root: the project folder.

    Raises:
        ErasureError: there are tombstones, and they or their key cannot be used.
    """
    folder = folder_of(root)
    tombstones = read_tombstones(folder)
    if tombstones.rows:
        attach(connection, tombstones)
        set_key(connection, read_key(folder, tombstones, make=False))


def set_key(connection: duckdb.DuckDBPyConnection, key: bytes) -> None:
    """Give a session the key, as the two padded keys of HMAC; the session keeps it in memory.

    Args:
        connection: the session; cursors of it are sessions of their own.
        key: at most 64 bytes.
    """
    block = key.ljust(BLOCK_BYTES, b"\0")
    for name, pad in (("inner", 0x36), ("outer", 0x5C)):
        padded = bytes(byte ^ pad for byte in block)
        connection.execute(f"set variable dangol_{name}_key = $1", [padded])
