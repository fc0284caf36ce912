"""Say on the screen what was published, where, and what is worth knowing about it."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

WIDTH = 100


def report(manifest: Mapping[str, Any], where: str | None) -> list[str]:
    """Return the lines about a publication.

    Args:
        manifest: what was published, or would have been.
        where: its folder; None for a dry run.
    """
    if where:
        lines = ["", f"Published {manifest['id']} in {where}"]
    else:
        lines = ["", f"Dry run: this would be {manifest['id']}; nothing was written."]
    lines += [
        f"As of {manifest['as_of']}; messages from {manifest['plan_begins_at']}"
        f" to {manifest['plan_ends_at']}.",
        "",
        f"  {'destination':<24}{'people':>9}{'rows':>9}{'files':>7}{'added':>9}{'removed':>9}"
        f"{'cost':>13}",
    ]
    for name, entry in sorted(manifest["destinations"].items()):
        files = sum(file["kind"] == "members" for file in entry["files"])
        cost = f"{Decimal(entry['cost']):,}" if entry["cost"] else "-"
        lines.append(
            f"  {name:<24}{entry['people']:>9,}{entry['rows']:>9,}{files:>7}{entry['added']:>9,}"
            f"{entry['removed']:>9,}{cost:>13}"
        )
    left_out = manifest["left_out"]
    lines += [
        "",
        f"Left out since the build: {_messages(left_out['withdrew'])} to people who have opted"
        f" out, {_messages(left_out['too_late'])} whose time has passed,",
        f"{_messages(left_out['already_sent'])} to people who were sent another since.",
    ]
    for note in manifest["notes"]:
        lines += textwrap.wrap(f"Note: {note}", WIDTH, subsequent_indent="  ")
    return lines


def _messages(count: int) -> str:
    return f"{count:,} message{'' if count == 1 else 's'}"
