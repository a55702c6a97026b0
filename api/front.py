"""The outermost of the API: names, times, counts and logs every request, and answers what was answered before."""

from __future__ import annotations

import logging
from time import perf_counter

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.hot import HotAnswers
from api.metrics import Metrics
from api.tracing import CURRENT, HEADER, Trace, request_id

log = logging.getLogger("machizu.requests")

# Slower answers are told in the log, whoever else is not.
SLOW_S = 1.0
# nginx's word for a client that went before it was answered.
GONE = 499


class Front:
    """Answers from what is kept, or passes on; an answer's time is that until it begins, not its client's."""

    def __init__(self, app: ASGIApp, hot: HotAnswers, metrics: Metrics) -> None:
        self._app = app
        self._hot = hot
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        begun = perf_counter()
        trace = Trace(request_id(scope["headers"]))
        if "/tiles/" in scope["path"] and scope["method"] == "GET":
            found = self._hot.find(scope)
            if found is not None:
                trace.route, trace.layer = found.subject
                headers = [*found.headers, (HEADER, trace.id)]
                self._note(scope, trace, found.status, perf_counter() - begun)
                await send({"type": "http.response.start", "status": found.status, "headers": headers})
                await send({"type": "http.response.body", "body": found.body})
                return
        await self._pass_on(scope, receive, send, trace, begun)

    async def _pass_on(self, scope: Scope, receive: Receive, send: Send, trace: Trace, begun: float) -> None:
        status = 0

        async def sending(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message = {**message, "headers": [*message.get("headers", ()), (HEADER, trace.id)]}
                self._note(scope, trace, status, perf_counter() - begun)
            await send(message)

        CURRENT.set(trace)
        failed = GONE
        try:
            await self._app(scope, receive, sending)
        except Exception:
            failed = 500
            raise
        finally:
            if not status:
                self._note(scope, trace, failed, perf_counter() - begun)

    def _note(self, scope: Scope, trace: Trace, status: int, seconds: float) -> None:
        self._metrics.answered(trace, status, seconds)
        level = logging.WARNING if status >= 500 or seconds >= SLOW_S else logging.INFO
        if log.isEnabledFor(level):
            # Neither address nor query: what people look for is theirs.
            log.log(
                level,
                "%s %s %d",
                scope["method"],
                scope["path"],
                status,
                extra={
                    "request": {
                        "id": trace.id.decode("ascii"),
                        "method": scope["method"],
                        "path": scope["path"],
                        "status": status,
                        "ms": round(seconds * 1000, 3),
                        "sqlMs": round(trace.sql_s * 1000, 3),
                        "route": trace.route,
                        "layer": trace.layer,
                        "who": trace.who,
                    }
                },
            )
