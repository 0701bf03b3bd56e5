"""Frames are read as json reads them, whatever people wrote."""

import json

import pytest

from copbot.kit.frames import parsed

HALF_A_PAIR = '{"text": "\\ud83d"}'


@pytest.mark.parametrize("text", ['{"text": "caf\\u00e9 \\ud83d\\ude00", "n": [1, 2.5, null, true]}', HALF_A_PAIR])
def test_what_json_reads_is_read(text: str) -> None:
    assert parsed(text) == json.loads(text)


@pytest.mark.parametrize("text", ["", "hello", '{"a": 1', '{"a": 1} and more'])
def test_what_is_no_json_is_a_value_error(text: str) -> None:
    with pytest.raises(ValueError, match="line 1"):
        parsed(text)
