"""Files of RAW that are none of the shop's: what a delivery may not make the build read."""

from __future__ import annotations

import os
import stat
from pathlib import Path

GIVE = "Give the user who runs this the right to."


def refused_file(raw: Path) -> str | None:
    """Return why a folder of raw files is not read, in plain words; None when it may be.

    A delivery is written by others. A link in it could name any file of this machine, whose text
    would then stand in quality.rejected_rows; a named pipe would let the build wait for ever. A
    link to a place in RAW is as good as a file, and RAW itself may be one: its owner chose it.

    Args:
        raw: an existing folder.
    """
    inside = raw.resolve()
    for folder, folders, files in os.walk(raw):
        for name in sorted([*folders, *files]):
            path = Path(folder) / name
            if path.is_symlink():
                target = path.resolve()
                if inside not in (target, *target.parents):
                    return (
                        f"{path.relative_to(raw)} in it is a link that leads out of it, to"
                        f" {target}. Put the file itself there."
                    )
            if name in folders and not os.access(path, os.R_OK | os.X_OK):
                return f"{path.relative_to(raw)} in it is a folder that may not be read. {GIVE}"
            if name in folders or path.suffix not in (".csv", ".parquet"):
                continue
            try:
                kind = path.stat().st_mode
            except OSError:
                return f"{path.relative_to(raw)} in it is a link that leads nowhere. Remove it."
            if not stat.S_ISREG(kind):
                return f"{path.relative_to(raw)} in it is no file (a pipe or a device). Remove it."
            if not os.access(path, os.R_OK):
                return f"{path.relative_to(raw)} in it is a file that may not be read. {GIVE}"
    return None
