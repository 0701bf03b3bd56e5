"""Every promise of ``copbot.ports.platform``, once. A platform's tests subclass ``PlatformContract`` and give the fixture ``rig``."""

from copbot.testing.contract_hearing import HearingContract, InteractionContract, PeopleContract
from copbot.testing.contract_posting import ChangingContract, PostingContract, ThreadContract


class PlatformContract(PostingContract, ThreadContract, ChangingContract, HearingContract, InteractionContract, PeopleContract):
    """The whole port."""
