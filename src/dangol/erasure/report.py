"""Say on the screen what was erased where, and what is still to be done."""

from __future__ import annotations

import textwrap
from collections import Counter
from pathlib import Path

from dangol.erasure.erasing import Result

WIDTH = 100


def report(result: Result, root: Path, *, dry_run: bool) -> list[str]:
    """Return the lines about an erasure. root: the project folder, left out of paths."""
    found = result.found
    kinds = Counter(kind for kind, _ in found.identifiers)
    lines = [
        "",
        f"{_plural(len(found.people), 'person', 'people')}, with"
        f" {_plural(len(found.identifiers), 'identifier', 'identifiers')}: "
        + (", ".join(f"{count:,} {kind}" for kind, count in sorted(kinds.items())) or "none"),
    ]
    if found.unknown:
        lines.append(
            f"Nobody in the warehouse goes by {', '.join(found.unknown)}; old files that name them"
            " are kept out all the same."
        )
    if found.shared:
        lines.append(
            f"Not theirs alone, and left as it is: {', '.join(sorted(set(found.shared)))}. Other"
            " people have the same contact, use the same device, or have taken it over since."
        )
    if result.tables:
        lines += ["", f"  {'table':<46}{'rows removed':>14}{'rows changed':>14}"]
        lines += [
            f"  {change.table:<46}{change.removed:>14,}{change.changed:>14,}"
            for change in result.tables
        ]
    if result.files:
        lines += ["", f"  {'rows removed':>12}  file"]
        for file in result.files:
            path = file.path.relative_to(root) if file.path.is_relative_to(root) else file.path
            rows = "the file" if file.rows is None else f"{file.rows:,}"
            lines.append(f"  {rows:>12}  {path}")
    lines += ["", f"  {'identifiers found in':<28}{'before':>10}{'' if dry_run else 'after':>10}"]
    for place, before in result.before.items():
        after = "" if dry_run else f"{result.after[place]:,}"
        lines.append(f"  {place:<28}{before:>10,}{after:>10}")
    lines.append("")
    nothing = _nothing_found(result)
    if dry_run:
        lines += [nothing] if nothing else []
        return [*_wrapped(lines), "Dry run: nothing was changed, and no tombstone written."]
    lines.append(f"{_plural(result.tombstones, 'tombstone is', 'tombstones are')} new.")
    if result.hidden:
        lines.append(
            f"{_plural(result.hidden, 'identifier also stands', 'identifiers also stand')} inside"
            " longer values of other people; the database file was not searched for these by"
            " bytes, only by query."
        )
    if result.told:
        lines.append(
            f"Destinations that were given them must erase them too: {', '.join(result.told)}."
        )
    for path in result.at_work:
        lines.append(
            f"An export is at work in {path}, on a private copy of its own that may still name"
            " them; it removes the copy when it ends. What it publishes elsewhere is not here."
        )
    if nothing:
        lines.append(nothing)
    elif result.is_clean:
        lines.append(
            "Nothing of them is left here. RAW is yours: take them out of it, or leave it to the"
            " tombstones. Run `make build` for figures without them."
        )
    else:
        lines.append("Something of them is left: see the table above.")
    return _wrapped(lines)


def _nothing_found(result: Result) -> str | None:
    """Return the sentence that ends a run in which nobody was found and nothing went."""
    found = result.found
    rows = any(file.rows for file in result.files)
    if found.people or result.tables or rows or any(result.before.values()):
        return None
    if not found.unknown:
        return "Nothing was erased: what was named is not one person's alone."
    return (
        "Nothing was erased: nobody who was named was found, in the warehouse or in a file. Check"
        " how the identifiers are written."
    )


def _wrapped(lines: list[str]) -> list[str]:
    """Break sentences, not the rows of tables."""
    return [
        part
        for line in lines
        for part in (textwrap.wrap(line, WIDTH) if line[:1].strip() else [line])
    ]


def _plural(count: int, one: str, many: str) -> str:
    return f"{count:,} {one if count == 1 else many}"
