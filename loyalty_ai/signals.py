"""What others may listen to; the app itself depends on none of it. Receivers run after the commit and cannot break it."""

from django.dispatch import Signal

# Arguments: store (Store), source (str), accepted (int, events stored by one batch).
event_recorded = Signal()

# Arguments: store (Store), version (ModelVersion), alias (str), run (ScoringRun).
version_promoted = Signal()

# Arguments: store (Store), run (ScoringRun).
scores_published = Signal()

# Arguments: store (Store), digest (bytes, the keyed digest of the customer's id), counts (dict, rows removed by table).
customer_erased = Signal()
