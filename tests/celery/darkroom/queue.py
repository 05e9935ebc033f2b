"""The Celery application: where the broker is, which queue a task goes to, what happens to one whose worker dies."""

import os

from celery import Celery, signals

from . import telemetry

app = Celery("darkroom", broker=os.environ["BROKER_URL"], backend=os.environ["BROKER_URL"], include=["darkroom.tasks"])
app.conf.update(
    task_routes={
        "darkroom.tasks.fetch_original": {"queue": "originals"},
        "darkroom.tasks.develop_plate": {"queue": "plates"},
        "darkroom.tasks.print_sheets": {"queue": "sheets"},
        "darkroom.tasks.bill_customer": {"queue": "ledger"},
    },
    # A task is acknowledged when it ends, and given to another worker when its own dies in the middle.
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    worker_prefetch_multiplier=1,
    # Redis gives back what a whole worker took with it only after this long.
    broker_transport_options={"visibility_timeout": int(os.environ.get("VISIBILITY_TIMEOUT", "3600"))},
    broker_connection_retry_on_startup=True,
    worker_send_task_events=True,
    task_send_sent_event=True,
    task_track_started=True,
    result_expires=3600,
    timezone="UTC",
)


@signals.setup_logging.connect
def _logging(**_):
    telemetry.set_up_logging()


@signals.worker_process_init.connect(weak=False)
def _tracing(**_):
    telemetry.set_up_tracing()


@signals.worker_process_shutdown.connect(weak=False)
def _flush(**_):
    telemetry.trace.get_tracer_provider().shutdown()
