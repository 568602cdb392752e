"""Text messages: the contract that every adapter keeps, and which numbers are ones."""

import json
import logging
from pathlib import Path

import pytest

from dispatch.integrations.sms import files
from dispatch.services import texting

CONTRACT = json.loads((Path(__file__).parent / "sms_contract.json").read_text())


def test_the_file_adapter_keeps_the_recorded_contract(settings, tmp_path):
    settings.SMS_FILE_PATH = str(tmp_path / "new" / "sms.jsonl")
    sender: texting.Sender = files.FileSender()
    for call in CONTRACT["calls"]:
        sender.send(**call)
    lines = Path(settings.SMS_FILE_PATH).read_text(encoding="utf-8").splitlines()
    assert [json.loads(line) for line in lines] == CONTRACT["sent"]


def test_the_console_adapter_tells_no_number(caplog):
    sender: texting.Sender = files.ConsoleSender()
    with caplog.at_level(logging.WARNING):
        for call in CONTRACT["calls"]:
            sender.send(**call)
    assert len(caplog.records) == len(CONTRACT["calls"])
    assert "+44" not in caplog.text
    assert "Open the app" in caplog.text


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("+44 1633 496001", "+441633496001"),
        ("0044-1633/496001", "+441633496001"),
        ("+44 (0)1633 496001", "+441633496001"),
        ("01633 496001", ""),
        ("+44", ""),
        ("ask Dora", ""),
        ("+44163349600144444444", ""),
        ("", ""),
    ],
)
def test_a_number_has_its_country_or_is_none(written, number):
    assert texting.number_of(written) == number
