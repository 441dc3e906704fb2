"""Carries out one act of the history through the HTTP API of tasks."""

import threading
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import requests

from dev.history_acts import Act, Kind
from dev.history_words import pdf
from shared.lifecycle import Stop

_PATHS = {
    Kind.START: "assignments/{}/start",
    Kind.NOTE: "assignments/{}/note",
    Kind.REPORT: "assignments/{}/report",
    Kind.ACCEPT: "assignments/{}/accept",
    Kind.RETURN: "assignments/{}/return",
    Kind.MEASURE: "indicators/{}/measurements",
    Kind.APPROVE: "measurements/{}/approve",
    Kind.RETURN_FIGURE: "measurements/{}/return",
}
_WORDS = {
    Kind.START: "start",
    Kind.NOTE: "note",
    Kind.REPORT: "report",
    Kind.ACCEPT: "accept",
    Kind.RETURN: "return",
}
_TRIES = 5
_WAIT_SECONDS = 1.0
_SECONDS = 30
_UNAVAILABLE = 503


class HistoryError(Exception):
    """The history cannot go on; the sentence says why."""


class TasksApi:
    """Speaks to tasks-web as the demonstration accounts, each signed in once, from any thread.

    :param base: address of tasks-web, without a slash at the end.
    :param stop: set when the person wants to stop; waits end at once.
    """

    def __init__(self, base: str, password: str, stop: Stop) -> None:
        self._base = f"{base.rstrip('/')}/api/v1"
        self._password = password
        self._stop = stop
        self._tokens: dict[str, str] = {}
        self._own = threading.local()
        self._sessions: list[requests.Session] = []

    def close(self) -> None:
        """Close the connections."""
        for session in self._sessions:
            session.close()

    def act(self, act: Act, target: str) -> Mapping[str, Any]:
        """Carry out an act and return the answer; the same act twice has no second effect.

        :param target: id of the assignment, indicator or measurement.
        :raises HistoryError: when tasks refuses it or cannot be reached.
        """
        headers = {
            "Authorization": f"Bearer {self._token(act.username)}",
            "Idempotency-Key": f"history-{act.key}",
            "X-Demonstration": "1",
        }
        path = _PATHS[act.kind].format(target)
        if act.evidence is None:
            return self._post(path, act.key, headers=headers, json=dict(act.body))
        name, text = act.evidence
        files = {"files": (name, pdf(text), "application/pdf")}
        return self._post(path, act.key, headers=headers, data=_form(act.body), files=files)

    def together(self, acts: Sequence[Act]) -> None:
        """Carry out the acts of one session in one request: all of them, once, or none.

        :raises HistoryError: as :meth:`act`.
        """
        first = acts[0]
        headers = {
            "Authorization": f"Bearer {self._token(first.username)}",
            "Idempotency-Key": f"history-{first.key}-{len(acts)}",
            "X-Demonstration": "1",
        }
        body = [{"assignment_id": act.target, "act": _WORDS[act.kind], **act.body} for act in acts]
        self._post("assignments/acts", first.key, headers=headers, json={"acts": body})

    def _token(self, username: str) -> str:
        if username not in self._tokens:
            given = {"username": username, "password": self._password}
            answer = self._post("auth/token", username, json=given)
            self._tokens[username] = str(answer["token"])
        return self._tokens[username]

    def _post(self, path: str, what: str, **request: Any) -> Mapping[str, Any]:
        def send() -> requests.Response:
            return self._session().post(f"{self._base}/{path}", timeout=_SECONDS, **request)

        answer = self._patiently(send, what)
        if not answer.ok:
            raise HistoryError(f"{what}: tasks answered {answer.status_code} {answer.text[:300]}")
        found: Mapping[str, Any] = answer.json()
        return found

    def _session(self) -> requests.Session:
        """Return the connection of this thread."""
        if not hasattr(self._own, "session"):
            self._own.session = requests.Session()
            self._own.session.trust_env = False  # loopback needs no proxy
            self._sessions.append(self._own.session)
        session: requests.Session = self._own.session
        return session

    def _patiently(self, send: Callable[[], requests.Response], what: str) -> requests.Response:
        """Send, and again while tasks or its database is away for a moment."""
        problem = "no answer"
        for _ in range(_TRIES):
            try:
                answer = send()
            except requests.ConnectionError as error:
                problem = str(error)
            else:
                if answer.status_code != _UNAVAILABLE:
                    return answer
                problem = answer.text[:300]
            if self._stop.wait(_WAIT_SECONDS):
                raise HistoryError("stopped; run it again to go on")
        raise HistoryError(f"{what}: tasks cannot be reached at {self._base} ({problem})")


def _form(body: Mapping[str, Any]) -> dict[str, str]:
    """Return a report as the fields of a form: the document's are flat."""
    document: Mapping[str, str] = body.get("document") or {}
    fields = {name: str(value) for name, value in body.items() if name != "document"}
    return fields | {f"document_{name}": value for name, value in document.items()}
