"""The REST interface of tasks as the people of the demonstration use it, for trials of a stack."""

import dataclasses
import time
from collections.abc import Iterator, Mapping
from typing import Any

import requests

from dev.history import DEFAULT_PASSWORD
from shared.ids import new_id
from shared.lifecycle import Stop

PLAN = "sonla-2025"
_UNAVAILABLE = 503
_SECONDS = 60
_AGAIN_SECONDS = 0.3
_MOST = 200


class TrialError(Exception):
    """An answer that a trial did not expect."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """An act that was carried out.

    :param sent_at: Unix time before the request was sent.
    :param tries: how often it had to be sent, because something was away for a moment.
    """

    body: Mapping[str, Any]
    correlation_id: str
    sent_at: float
    tries: int


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """An act to be carried out: who, on which address, saying what."""

    kind: str
    who: str
    path: str
    body: Mapping[str, Any] = dataclasses.field(default_factory=dict)


class TrialApi:
    """One keep-alive connection; each person signs in once. Not to be shared between threads."""

    def __init__(self, base: str, password: str = DEFAULT_PASSWORD) -> None:
        self._base = f"{base}/api/v1"
        self._password = password
        self._tokens: dict[str, str] = {}
        self._session = requests.Session()
        self._session.trust_env = False  # loopback needs no proxy

    def close(self) -> None:
        self._session.close()

    def get(self, who: str, path: str, **query: Any) -> Any:
        """Read.

        :raises TrialError: when the answer is no success.
        """
        answer = self._session.get(
            f"{self._base}/{path}", params=query, headers=self._signed(who), timeout=_SECONDS
        )
        return _body(answer)

    def every(self, who: str, path: str, **query: Any) -> Iterator[Mapping[str, Any]]:
        """Yield the whole of a list, page after page."""
        cursor: dict[str, str] = {}
        while True:
            page = self.get(who, path, limit=_MOST, **query, **cursor)
            yield from page["items"]
            if page["next_cursor"] is None:
                return
            cursor = {"cursor": page["next_cursor"]}

    def do(self, step: Step, *, patience: float = 0.0) -> Done:
        """Carry out an act once, however often it has to be sent.

        :param patience: for how many seconds to send it again while something is away.
        :raises TrialError: when it is refused.
        """
        key, tries = new_id(), 0
        give_up_at, pause = time.monotonic() + patience, Stop()
        while True:
            tries += 1
            sent_at = time.time()
            try:
                headers = {**self._signed(step.who), "Idempotency-Key": key}
                answer = self._session.post(
                    f"{self._base}/{step.path}",
                    json=dict(step.body),
                    headers=headers,
                    timeout=_SECONDS,
                )
            except requests.ConnectionError as error:
                trouble = str(error)
            else:
                if answer.status_code != _UNAVAILABLE:
                    return Done(
                        body=_body(answer, step),
                        correlation_id=answer.headers["X-Correlation-ID"],
                        sent_at=sent_at,
                        tries=tries,
                    )
                trouble = answer.text
            if time.monotonic() > give_up_at:
                raise TrialError(f"{step}: {trouble}")
            pause.wait(_AGAIN_SECONDS)

    def _signed(self, who: str) -> dict[str, str]:
        if who not in self._tokens:
            given = {"username": who, "password": self._password}
            answer = self._session.post(f"{self._base}/auth/token", json=given, timeout=_SECONDS)
            if answer.status_code == _UNAVAILABLE:
                raise requests.ConnectionError(answer.text)
            self._tokens[who] = str(_body(answer)["token"])
        return {"Authorization": f"Bearer {self._tokens[who]}"}


def open_parts(api: TrialApi, role: str) -> list[Mapping[str, Any]]:
    """Return the parts of a role whose time has come and that wait for their agency.

    A part that coordinates with its own agency has nobody to appraise it and is left out.
    """
    found = api.every("admin", f"plans/{PLAN}/assignments", role=role, open="true")
    return [
        part
        for part in found
        if part["state"] in ("assigned", "in_progress")
        and (role == "lead" or part["agency_code"] != part["lead_agency"])
    ]


def whole_round(part: Mapping[str, Any]) -> Iterator[Step]:
    """Yield every kind of act on a part, from its start to its acceptance."""
    agency = part["agency_code"].lower()
    head, judge = f"{agency}.lanhdao", appraiser(part)

    def step(kind: str, who: str, **body: str) -> Step:
        return Step(kind=kind, who=who, path=f"assignments/{part['id']}/{kind}", body=body)

    report = {"note": "Đã hoàn thành; kết quả gửi kèm.", "explanation": "Không có văn bản riêng."}
    if part["state"] == "assigned":
        yield step("start", f"{agency}.canbo")
    yield step("note", f"{agency}.canbo", note="Đang lấy ý kiến các cơ quan phối hợp.")
    yield step("report", head, **report)
    yield step("take-back", head)
    yield step("report", head, **report)
    yield step("return", judge, reason="Đề nghị bổ sung bảng tổng hợp.")
    yield step("report", head, **report)
    yield step("accept", judge, note="Đồng ý nghiệm thu.")


def appraiser(part: Mapping[str, Any]) -> str:
    """Return who appraises a part (guard G)."""
    if part["role"] != "lead":
        return f"{part['lead_agency'].lower()}.lanhdao"
    return "vpubnd.thamdinh" if part["agency_code"].startswith("SNV") else "snv.thamdinh"


def _body(answer: requests.Response, step: Step | None = None) -> Any:
    if not answer.ok:
        about = f"{step}: " if step else ""
        raise TrialError(f"{about}{answer.status_code} {answer.url} {answer.text[:500]}")
    return answer.json()
