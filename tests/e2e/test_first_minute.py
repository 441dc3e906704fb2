import datetime as dt

import pytest

from tests.e2e.chain import Chain, eventually
from tests.e2e.windows import WIDTHS, Windows, picture

_MINUTE = 60


@pytest.mark.parametrize("channel", ["email", "sms"])
def test_the_first_message_arrives_within_a_minute_of_the_first_start(
    chain: Chain, channel: str
) -> None:
    def first() -> float | None:
        times = [
            dt.datetime.fromisoformat(message["at"]).timestamp()
            for message in chain.arrived()
            if message["channel"] == channel
        ]
        return min(times, default=None)

    arrived_at = eventually(first, f"{channel} in the inbox", _MINUTE)

    assert arrived_at - chain.started_at < _MINUTE


@pytest.mark.parametrize("width", WIDTHS)
def test_the_inbox_page_shows_emails_and_sms(chain: Chain, windows: Windows, width: str) -> None:
    page = windows.open(None, width=width)

    page.goto(chain.inbox)

    assert page.locator("article .channel.email").count() > 0
    assert page.locator("article .channel.sms").count() > 0
    assert page.get_by_text("[CCHC]").count() > 0
    picture(page, f"e2e-inbox-{width}", whole=False)  # hundreds of messages
