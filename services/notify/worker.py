"""The loops of notify-worker: consume, relay, plan, e-mail, SMS, sweep."""

import dataclasses
import logging
from collections.abc import Mapping

from services.notify import metrics
from services.notify.catch_up import CatchUp
from services.notify.senders import ProviderUnavailableError
from services.notify.usecases import planning, sending
from services.notify.usecases.context import Context
from services.notify.usecases.sending import Sender
from shared.consumer import Consumer
from shared.events.notify import Channel
from shared.lease import Lease
from shared.lifecycle import Loop, Stop
from shared.outbox import Relay

_log = logging.getLogger(__name__)
_PLAN_SECONDS = 1.0
_SEND_SECONDS = 0.5
_SWEEP_SECONDS = 2.0
_IDLE_SECONDS = 2.0
_FIRST_PAUSE_SECONDS, _LONGEST_PAUSE_SECONDS = 2.0, 60.0


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Worker:
    """What the loops need; several replicas may run.

    Plan and sweep run in one replica at a time; each copy is claimed by one sender.
    """

    context: Context
    consumer: Consumer
    relay: Relay
    plan_lease: Lease
    sweep_lease: Lease
    senders: Mapping[Channel, Sender]
    owner: str
    catch_up: CatchUp

    def loops(self) -> Mapping[str, Loop]:
        return {
            "consume": self.consumer.run,
            "relay": self.relay.run,
            "plan": self.plan,
            "sweep": self.sweep,
            **{channel.value: self._send_loop(channel) for channel in self.senders},
        }

    def plan(self, stop: Stop) -> None:
        """Plan what changed, then settle what is due; without a pause while there is more."""
        self.catch_up.wait(stop)
        try:
            while not stop.is_set():
                held = self.plan_lease.hold()
                metrics.PIPELINE.leader.labels("plan").set(held)
                if not held:
                    stop.wait(_IDLE_SECONDS)
                    continue
                worked = planning.plan(self.context)
                if not worked:  # a jump of the clock must see the whole plan before it settles
                    worked = planning.dispatch(self.context)
                if not worked:
                    planning.measure(self.context)
                    self._succeeded("plan")
                    stop.wait(_PLAN_SECONDS)
        finally:
            self.plan_lease.release()

    def sweep(self, stop: Stop) -> None:
        """Close what was left open, every few seconds."""
        try:
            while not stop.is_set():
                if self.sweep_lease.hold():
                    sending.sweep(self.context)
                    self._succeeded("sweep")
                stop.wait(_SWEEP_SECONDS)
        finally:
            self.sweep_lease.release()

    def _send_loop(self, channel: Channel) -> Loop:
        return lambda stop: self.send(channel, stop)

    def send(self, channel: Channel, stop: Stop) -> None:
        """Send the queue of a channel; wait longer and longer while its provider is away."""
        self.catch_up.wait(stop)
        pause = _FIRST_PAUSE_SECONDS
        while not stop.is_set():
            try:
                tries = sending.send_batch(
                    self.context, channel, self.senders[channel], self.owner, stop
                )
            except ProviderUnavailableError as error:
                _log.warning(
                    "provider unavailable, waiting",
                    extra={"channel": channel.value, "reason": str(error), "pause": pause},
                )
                stop.wait(pause)
                pause = min(pause * 2, _LONGEST_PAUSE_SECONDS)
            else:
                pause = _FIRST_PAUSE_SECONDS
                self._succeeded(channel.value)
                if not tries:
                    stop.wait(_SEND_SECONDS)

    def _succeeded(self, loop: str) -> None:
        metrics.PIPELINE.last_success.labels(loop).set(self.context.system.now().timestamp())
