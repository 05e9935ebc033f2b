"""The work itself: an order's photo is fetched from the customer's host, developed into a plate, printed; and billed."""

import hashlib
import logging
import time

import httpx
from celery import Task
from opentelemetry import trace

from .queue import app
from .telemetry import order_ref

log = logging.getLogger(__name__)
tracer = trace.get_tracer(__name__)


class OrderTask(Task):
    """A task whose first argument is the order: lines and spans that come of it name that order."""

    def before_start(self, task_id, args, kwargs):
        order_ref.set(args[0]["ref"])
        span = trace.get_current_span()
        span.set_attribute("order.ref", args[0]["ref"])
        span.set_attribute("order.customer", args[0]["customer"])


class OriginalUnavailable(Exception):
    """The customer's host does not give the photo out."""


@app.task(
    bind=True,
    base=OrderTask,
    autoretry_for=(OriginalUnavailable, httpx.TransportError),
    retry_backoff=2,
    retry_jitter=False,
    max_retries=2,
)
def fetch_original(self, order):
    began = time.monotonic()
    log.info("fetching original", extra={"photo_url": order["photo_url"], "attempt": self.request.retries + 1})
    answer = httpx.get(order["photo_url"], timeout=5, follow_redirects=True)
    if answer.is_error:
        host = answer.url.host
        log.warning("host refused the original", extra={"photo_url": order["photo_url"], "host": host, "http_status": answer.status_code})
        raise OriginalUnavailable(f"{host} answered {answer.status_code} {answer.reason_phrase}")
    took = time.monotonic() - began
    log.info("original fetched", extra={"bytes": len(answer.content), "took_s": round(took, 3)})
    return {**order, "original": hashlib.sha256(answer.content).hexdigest(), "bytes": len(answer.content)}


@app.task(base=OrderTask)
def develop_plate(order):
    began = time.monotonic()
    with tracer.start_as_current_span("decode"):
        time.sleep(0.1)
    with tracer.start_as_current_span("separate colours") as span:
        span.set_attribute("plate.inks", 4)
        time.sleep(0.4)
    log.info("plate developed", extra={"inks": 4, "took_s": round(time.monotonic() - began, 3)})
    return {**order, "plate": f"plate-{order['original'][:12]}"}


@app.task(base=OrderTask)
def print_sheets(order):
    began = time.monotonic()
    copies = order["copies"]
    for copy in range(1, copies + 1):
        with tracer.start_as_current_span("press sheet") as span:
            span.set_attribute("sheet.number", copy)
            time.sleep(0.5)
        if copy % 10 == 0 and copy < copies:
            log.info("still printing", extra={"printed": copy, "copies": copies})
    log.info("order ready", extra={"copies": copies, "took_s": round(time.monotonic() - began, 3)})
    return {"ref": order["ref"], "sheets": copies}


@app.task(base=OrderTask)
def bill_customer(order):
    cents = 350 + 120 * order["copies"]
    time.sleep(0.05)
    log.info("invoice sent", extra={"customer": order["customer"], "amount_cents": cents})
    return cents
