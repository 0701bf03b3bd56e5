"""placeholder"""

from typing import Any


def page_app(*a: Any) -> Any: ...
