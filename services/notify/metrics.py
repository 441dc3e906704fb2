"""Every metric of notify, with a sentence. No label holds an id, an address or a name."""

from prometheus_client import Counter, Gauge, Histogram

from shared.events.notify import Channel, DeliveryStatus
from shared.metrics import PipelineMetrics

PIPELINE = PipelineMetrics("notify")
LOOPS = ("plan", "email", "sms", "sweep")

REMINDERS_DUE = Gauge("notify_reminders_due", "Reminders whose time has come and that wait.")
DUE_OLDEST = Gauge(
    "notify_due_oldest_age_seconds", "Age of the oldest reminder that waits, by the business clock."
)
REMINDERS = Counter(
    "notify_reminders_total", "Reminders by what became of them when their time came.", ["state"]
)
EXPIRED = Counter(
    "notify_expired_total", "Reminders and copies that became useless before they went out."
)
DELIVERIES = Counter(
    "notify_deliveries_total", "Copies that reached a state.", ["channel", "state"]
)
ATTEMPTS = Counter(
    "notify_delivery_attempts_total", "Tries at a provider, by outcome.", ["channel", "outcome"]
)
DUE_TO_ACCEPTED = Histogram(
    "notify_due_to_accepted_seconds",
    "From the time a reminder is due to the provider's yes, by the business clock.",
    ["channel"],
    buckets=(1, 5, 10, 30, 60, 120, 300, 600, 1800, 3600, 14400, 86400),
)
ACCEPTED_TO_DELIVERED = Histogram(
    "notify_accepted_to_delivered_seconds",
    "From the provider's yes to the receipt that says delivered.",
    ["channel"],
    buckets=(1, 5, 10, 30, 60, 300, 1800, 3600, 14400, 86400, 259200),
)
REQUESTS = Histogram(
    "notify_provider_request_duration_seconds", "Time of one try at a provider.", ["channel"]
)
UNAVAILABLE = Counter(
    "notify_provider_unavailable_total",
    "Times a provider could not be reached before anything was sent.",
    ["channel"],
)
SEGMENTS = Counter("notify_sms_segments_total", "SMS parts that a network bills.", ["encoding"])
POSSIBLE_DUPLICATES = Counter(
    "notify_possible_duplicates_total",
    "Copies sent once more because the first answer was lost.",
    ["channel"],
)
RECEIPTS = Counter("notify_receipts_total", "Receipts taken, by what they were.", ["outcome"])
SCAN_LAST_SUCCESS = Gauge(
    "notify_scan_last_success_timestamp_seconds", "Unix time of the last finished scan for the due."
)
CALENDAR_HORIZON = Gauge(
    "notify_calendar_horizon_days", "Days until the announced working-day calendar ends."
)

for _channel in Channel:
    for _state in DeliveryStatus:
        DELIVERIES.labels(_channel.value, _state.value)
    POSSIBLE_DUPLICATES.labels(_channel.value)
    UNAVAILABLE.labels(_channel.value)
    DUE_TO_ACCEPTED.labels(_channel.value)
    REQUESTS.labels(_channel.value)
ACCEPTED_TO_DELIVERED.labels(Channel.SMS.value)
