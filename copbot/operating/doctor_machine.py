"""The doctor looks at this machine: the settings file, time zones, the clock, the port."""

import json
import os
import stat
import urllib.request
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from zoneinfo import TZPATH, available_timezones

from copbot.errors import CopbotError
from copbot.operating.diagnosis import Diagnosis, fail, warn, well
from copbot.settings import Settings
from copbot.store.database import has_password
from copbot.web.app import take_port

FIRST_YEAR = 2026
"""A machine whose clock says less has lost it."""

ZONES_LAST = 2
"""Years after which zone data is too old: several countries change their rules each year. https://www.iana.org/time-zones"""

CONTAINER_SECRETS = Path("/run/secrets")
"""In a container there is nobody else. https://docs.docker.com/compose/how-tos/use-secrets/"""

RENEW = "renew the system's tzdata package, or copbot's Python packages"


def secrets(settings: Settings, file: Path | None) -> Diagnosis:
    """Whether a password stands where other users of this machine can read it."""
    named = file or (Path(os.environ["COPBOT_SETTINGS"]) if os.environ.get("COPBOT_SETTINGS") else None)
    secret_files = [
        Path(path) for name in os.environ if name.startswith("COPBOT_") and name.endswith("_FILE") and (path := os.environ[name])
    ]
    if named is not None and has_password(settings.database_url.get_secret_value()) and "COPBOT_DATABASE_URL" not in os.environ:
        secret_files.append(named)
    ours = [path for path in secret_files if not path.is_relative_to(CONTAINER_SECRETS) and path.exists()]
    open_to_all = [str(path) for path in ours if stat.S_IMODE(path.stat().st_mode) & stat.S_IROTH]
    if open_to_all:
        return warn("secrets", f"everybody on this machine can read {', '.join(open_to_all)}", "chmod 600, or 640 for a group")
    return well("secrets", "in no file that everybody on this machine can read")


def zones(now: datetime) -> Diagnosis:
    """Whether time zones are known, and are not those of years ago."""
    known = available_timezones()
    if "Europe/London" not in known:
        return fail("time zones", f"{len(known)} known, and Europe/London is not one of them", "install the Python package tzdata")
    data = _zone_data()
    if data[:4].isdecimal() and now.year - int(data[:4]) >= ZONES_LAST:
        return warn("time zones", f"the data is of {data}: where rules have changed since, chats are an hour off", RENEW)
    return well("time zones", f"{len(known)} known, data of {data}")


def _zone_data() -> str:
    """The version of the data that ``zoneinfo`` uses: the system's, or else that of the package. Like 2026a or 2026.1."""
    for folder in TZPATH:
        listing = Path(folder) / "tzdata.zi"
        if listing.exists():
            with listing.open(encoding="utf-8") as lines:
                return lines.readline().removeprefix("# version ").strip()
    return version("tzdata")


def clock(now: datetime) -> Diagnosis:
    """Whether the machine knows what year it is."""
    if now.year < FIRST_YEAR:
        return fail("clock", f"{now:%Y-%m-%d %H:%M} UTC", "set this machine's clock: chats happen by it")
    return well("clock", f"{now:%Y-%m-%d %H:%M} UTC")


def port(settings: Settings) -> Diagnosis:
    """Whether the pages can be served, or are already by a copbot."""
    try:
        take_port(settings.host, settings.port).close()
    except CopbotError as error:
        if _copbot_answers(settings):
            return well("port", f"a copbot answers on {settings.host}:{settings.port}")
        return fail("port", str(error), "stop what listens there, or set COPBOT_PORT (0 takes a free one)")
    return well("port", f"{settings.host}:{settings.port} is free")


def _copbot_answers(settings: Settings) -> bool:
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    try:
        with urllib.request.urlopen(f"http://{host}:{settings.port}/healthz", timeout=2) as answer:
            return bool(json.load(answer) == {"ok": True})
    except (OSError, ValueError):
        return False
