"""copbot's errors.

CopbotError
├── ConfigurationError            settings or content that cannot be used; one clear line each
├── NotAllowed                    a person may not do this; the text is shown to them
├── WrongState                    cannot be done as things are now; the text is shown to them
├── DatabaseNewer                 the database was written by a newer copbot
├── DatabaseUnreachable           the database is not there now; later it may be
└── PlatformError(platform)       raised by adapters, from their one mapping table
    ├── TryLater(after)           rate limit, 5xx, connection lost before sending
    ├── Unclear                   sent, outcome unknown: look for the key before sending again
    └── Refused(reason, remedy)   will never work as things are
        ├── Gone                  channel, thread, message or person no longer there
        ├── NotPermitted          a scope or permission to grant, named
        └── NotAuthenticated      token invalid: stop this platform, keep the others
"""

from datetime import timedelta


class CopbotError(Exception):
    """Anything copbot raises on purpose."""


class ConfigurationError(CopbotError):
    """Settings or content that cannot be used."""


class NotAllowed(CopbotError):
    """The person may not do this. The text says who can."""


class WrongState(CopbotError):
    """It cannot be done as things are now. The text says what to do instead."""


class DatabaseNewer(CopbotError):
    """The database was written by a newer copbot than this one."""


class DatabaseUnreachable(CopbotError):
    """The database is not there now. What was asked of it is not done, or, if the connection was lost at the end, may be done."""


class PlatformError(CopbotError):
    """A platform did not do what was asked."""

    def __init__(self, platform: str, reason: str) -> None:
        super().__init__(f"{platform}: {reason}")
        self.platform = platform
        self.reason = reason


class TryLater(PlatformError):
    """Certainly not done; may be tried again after a while."""

    def __init__(self, platform: str, reason: str, after: timedelta) -> None:
        super().__init__(platform, reason)
        self.after = after


class Unclear(PlatformError):
    """Sent, outcome unknown."""


class Refused(PlatformError):
    """Will never work as things are. ``reason`` and ``remedy`` are written for a host."""

    def __init__(self, platform: str, reason: str, remedy: str) -> None:
        super().__init__(platform, reason)
        self.remedy = remedy


class Gone(Refused):
    """The channel, thread, message or person is no longer there."""


class NotPermitted(Refused):
    """A scope or permission is missing; ``remedy`` says how to grant it."""


class NotAuthenticated(Refused):
    """The platform does not accept our token."""
