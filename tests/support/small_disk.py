"""A disk so small that it can be filled to the last byte."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from own_server import owned, scratch

PIECE = bytes(65_536)


class SmallDisk:
    """Mounted at ``path``."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._ballast = path / "ballast"

    def fill(self) -> None:
        """Leave no room."""
        with self._ballast.open("ab", buffering=0) as ballast, suppress(OSError):
            while True:
                ballast.write(PIECE)

    def make_room(self) -> None:
        """As much as there was."""
        self._ballast.unlink()


@contextmanager
def small_disk(megabytes: int) -> Iterator[SmallDisk]:
    """A disk in memory, until the test is over; the test is skipped where nothing may be mounted."""
    with scratch() as path:
        mount = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", str(path)]
        mounting = subprocess.run(mount, capture_output=True, check=False, text=True)
        if mounting.returncode:
            pytest.skip(f"no small disk can be mounted, which takes root and CAP_SYS_ADMIN: {mounting.stderr.strip()}")
        try:
            yield SmallDisk(owned(path))
        finally:
            subprocess.run(["umount", "--lazy", str(path)], check=True)
