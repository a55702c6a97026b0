"""Folders that nobody else may list, and that root's server user may pass through."""

from __future__ import annotations

import os
from pathlib import Path


def make_folder(folder: Path) -> None:
    """Make `folder` and its missing parents; existing ones keep their mode.

    Root's cluster runs as another user, which must reach its own folder inside, hence 0711 for root.
    """
    mode = 0o711 if os.geteuid() == 0 else 0o700
    for step in (*reversed(folder.parents), folder):
        if not step.exists():
            step.mkdir(exist_ok=True)
            step.chmod(mode)
