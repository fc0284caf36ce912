"""Errors of the engine about a delivered file or its values, in words that say what to do.

dbt passes on what DuckDB says: a sentence for the author of a query, with the place in the SQL. The
reader of a build has a file in mind.
"""

from __future__ import annotations

import errno
import re
from pathlib import Path

REASONS = {
    errno.ENOSPC: "the disk is full",
    errno.EDQUOT: "no more space is allowed there",
    errno.EROFS: "the disk is read-only",
    errno.EACCES: "the permission is missing",
    errno.EPERM: "the permission is missing",
    errno.ENOTDIR: "a file stands where a folder should be",
    errno.EEXIST: "a file stands where a folder should be",
    errno.ENAMETOOLONG: "the name is too long",
}


def place_and_reason(error: OSError, place: Path) -> tuple[Path, str]:
    """Return where the system refused to read or write, and a sentence without its end about it.

    Args:
        error: what the system said.
        place: where, if the error does not say.
    """
    where = Path(str(error.filename or place))
    reason = REASONS.get(error.errno or 0, " ".join((error.strerror or str(error)).split()))
    return where, f"{where} cannot be read or written: {reason}"


EXPLANATIONS: tuple[tuple[str, str], ...] = (
    (
        r"No magic bytes found at end of file '(?P<file>[^']*)'",
        "{file} is no whole Parquet file: it is cut off or damaged. Deliver it again.",
    ),
    (
        r"File '(?P<file>[^']*)' too small to be a Parquet file",
        "{file} is no whole Parquet file: it is cut off or damaged. Deliver it again.",
    ),
    (
        r'Failed to read file "(?P<file>[^"]*\.parquet)"',
        "{file} is damaged inside: part of it is no Parquet. Deliver it again.",
    ),
    (
        r'(?s)Error while reading file "(?P<file>[^"]*)".{0,20}failed to cast column'
        r' "(?P<column>[^"]*)" from type (?P<type>.{1,1000}?) to ',
        "{file} stores the column {column} as {type}, and another file of the table as something"
        " else. Write it as one type in all files.",
    ),
    (
        r"(?s)CSV Parser state machine reached an invalid state.*?file = (?P<file>[^\n]*)",
        "{file} ends its lines in different ways (CR LF, LF or CR alone). Save it with one kind of"
        " line end.",
    ),
    (
        r'Cannot open file "(?P<file>[^"]*)": Permission denied',
        "{file} may not be read by the user who runs the build (permission denied). Give that user"
        " the right to read it.",
    ),
    (
        r"(Illegal Parquet type|Parquet type not yet supported): (?P<type>.+?)\. SQLSTATE",
        "a Parquet file of the table stores a column as {type}, which Spark cannot read. Write"
        " times in microseconds (pandas: coerce_timestamps='us') and other values as text or"
        " numbers, or build on DuckDB.",
    ),
    (
        r"(Casting value|Could not cast value)[^\n]* to (type )?DECIMAL"
        r"|Overflow in \w+ of (DECIMAL|INT)|Overflow in HUGEINT"
        r"|NUMERIC_VALUE_OUT_OF_RANGE|ARITHMETIC_OVERFLOW",
        "an amount, or what is worked out from amounts, has more than the 14 digits before the"
        " point that money may have. Look for amounts that cannot be meant: from staging.stg_orders"
        " order by gross_amount desc limit 10; the same for discounts, prices and costs.",
    ),
)
"""Pattern in the engine's message, and what is said instead, with the groups that it found."""


def explained(text: str) -> str:
    """Return what an error of the engine means to a reader; other text as it is."""
    for pattern, explanation in EXPLANATIONS:
        found = re.search(pattern, text)
        if found:
            groups = found.groupdict(default="")
            return explanation.format(**{name: group.strip() for name, group in groups.items()})
    # the place in the SQL, with a mark below it
    return re.sub(r"\n\s*\n?\s*LINE \d+: [^\n]*\n\s*\^\s*", "\n", text)
