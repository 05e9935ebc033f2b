"""The shop's counter: takes orders over HTTP and puts them into the queues."""

import logging
import secrets
import time

from celery import chain
from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse
from opentelemetry import trace
from opentelemetry.instrumentation.fastapi import FastAPIInstrumentor
from prometheus_client import CONTENT_TYPE_LATEST, Counter, Histogram, generate_latest
from pydantic import BaseModel, Field

from . import telemetry
from .queue import app as celery
from .tasks import bill_customer, develop_plate, fetch_original, print_sheets

telemetry.set_up_logging()
telemetry.set_up_tracing()
log = logging.getLogger(__name__)
app = FastAPI(title="Darkroom")

ORDERS = Counter("darkroom_orders", "Orders taken", ["product"])
SECONDS = Histogram("darkroom_http_request_duration_seconds", "How long requests took", ["method", "route"])


class Order(BaseModel):
    product: str = Field(default="print", pattern="^(print|album|poster)$")
    photo_url: str
    customer: str = "walk-in"
    copies: int = Field(default=2, ge=1, le=200)


@app.middleware("http")
async def measured(request: Request, proceed):
    began = time.perf_counter()
    answer = await proceed(request)
    route = request.scope.get("route")
    SECONDS.labels(request.method, route.path if route else "none").observe(time.perf_counter() - began)
    return answer


# Not async: putting something into a queue waits for the broker, and that must not hold up the event loop.
@app.post("/orders", status_code=202)
def take_order(order: Order):
    ref = f"{order.product}-{secrets.token_hex(4)}"
    telemetry.order_ref.set(ref)
    trace.get_current_span().set_attribute("order.ref", ref)
    details = {"ref": ref, **order.model_dump()}
    log.info("order taken", extra={"product": order.product, "photo_url": order.photo_url, "customer": order.customer, "copies": order.copies})
    result = chain(fetch_original.s(details), develop_plate.s(), print_sheets.s()).apply_async()
    bill_customer.apply_async((details,))
    ORDERS.labels(order.product).inc()
    log.info("order queued", extra={"root_task_id": result.parent.parent.id})
    return {"order_ref": ref, "task_ids": [result.parent.parent.id, result.parent.id, result.id]}


@app.get("/orders/{task_id}")
def order_state(task_id: str):
    result = celery.AsyncResult(task_id)
    return JSONResponse({"state": result.state})


@app.get("/metrics")
def metrics():
    return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)


FastAPIInstrumentor.instrument_app(app, excluded_urls="metrics")
