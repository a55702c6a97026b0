"""What happens to every request, whatever it asks: who asks, may he, how often, and failures as problems."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from api import errors
from api.answers import BASE_HEADERS
from api.asked import Asked
from api.bodies import check_sizes, read_body
from api.exports import format_of
from api.keys import shown
from api.limits import Headers, address_of
from api.service import Operation, Service
from api.sessions import require_same_site
from api.tracing import CURRENT
from api.watching import Watch
from gis_core.errors import MachizuError, Message
from layers.keys import Identity

PREFLIGHT = {
    **BASE_HEADERS,
    # Authorization is the one field that the asterisk does not stand for.
    "access-control-allow-headers": "Authorization, *",
    "access-control-max-age": "86400",
}
VARY = "X-API-Key, Authorization, Cookie"


class Endpoint:
    """Answers at one address: checks the request, calls the operation's handler, turns failures into problems."""

    def __init__(self, public: Service, staff: Service, operations: Mapping[str, Operation]) -> None:
        """`staff` reads for those who are not the public; `operations` by method."""
        self._public = public
        self._staff = staff
        self._operations = operations
        self._any = next(iter(operations.values()))
        self._cookie = public.settings.session_cookie.encode()
        reading = ["GET", "HEAD"] if "GET" in operations else []
        self._allowed = ", ".join(dict.fromkeys([*reading, *operations, "OPTIONS"]))
        self._options = {**PREFLIGHT, "allow": self._allowed, "access-control-allow-methods": self._allowed}
        # RFC 5789 §3.1 and LDP's Accept-Post: which bodies may be sent.
        for method in {"POST", "PATCH"} & operations.keys():
            self._options[f"accept-{method.lower()}"] = ", ".join(operations[method].bodies)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, unless its client goes meanwhile."""
        method = scope["method"]
        if method == "OPTIONS":
            await Response(None, 204, self._options)(scope, receive, send)
            return
        operation = self._operations.get("GET" if method == "HEAD" else method)
        asked = Asked(scope, self._public, operation or self._any)
        trace = CURRENT.get()
        if trace is not None:
            trace.route = asked.operation.id
        watch = Watch(receive)
        try:
            response = await self._answer(asked, operation, receive, watch)
            watch.stop()
            await response(scope, receive, send)
        except asyncio.CancelledError:
            if not watch.gone:
                raise
        finally:
            watch.stop()

    async def _answer(
        self, asked: Asked, operation: Operation | None, receive: Receive, watch: Watch
    ) -> Response:
        told: Headers = []
        try:
            if operation is None:
                raise self._no_such_method()
            check_sizes(asked.scope)
            told = await self._admit(asked)
            asked.check()
            if operation.reads:
                if operation.bodies:
                    asked.body = await read_body(asked, receive)
                watch.start()
                response = await self._read(asked)
            else:
                response = await self._write(asked, receive)
        except MachizuError as error:
            response = errors.problem(error, asked.language)
        except Exception as error:
            response = errors.problem(errors.unexpected(error, asked.scope["path"]), asked.language)
        response.raw_headers.extend(told)
        if asked.identity is not None:
            _for_the_asker_alone(response)
        return response

    async def _read(self, asked: Asked) -> Response:
        if not asked.operation.long or (asked.operation.files and format_of(asked) is not None):
            return await asked.operation.handler(asked)
        async with self._public.long_lane.taken():
            return await asked.operation.handler(asked)

    async def _write(self, asked: Asked, receive: Receive) -> Response:
        """Write for somebody who is known, whose body is not even read before that."""
        behind = asked.service.settings.behind
        assert behind is not None, "without it there are no operations that write"
        if asked.identity is None:
            raise errors.Unauthenticated(
                Message(
                    "書き込みには鍵が必要です。X-API-Key か Authorization: Bearer に付けてください（鍵は GIS 管理者が発行します）。",
                    "Writing needs a key. Send it as X-API-Key or Authorization: Bearer (the GIS administrator issues keys).",
                )
            )
        if asked.identity.key is None:
            require_same_site(asked, behind)
        if asked.operation.bodies:
            asked.body = await read_body(asked, receive)
        return await asked.operation.handler(asked)

    async def _admit(self, asked: Asked) -> Headers:
        """Find out who asks, and count it. Returns what he is told of his limits; raises `TooMany`, `Unauthenticated`."""
        key, session = shown(asked.scope["headers"], self._cookie)
        who: Identity | None = None
        if key is not None:
            who = await self._holder(asked, key)
        elif session is not None:
            who = await self._public.identities.of_session(session)
        if who is None:
            return self._by_address(asked) if asked.operation.counted else []
        asked.identify(who, self._staff)
        trace = CURRENT.get()
        if trace is not None:
            trace.who = who.name
        counted = asked.operation.counted
        if who.key is not None:
            self._public.quotas.count(who, counted=counted)
        rate = who.rate or self._public.settings.key_rate
        return self._public.rates.admit(who.name, rate) if counted and rate else []

    async def _holder(self, asked: Asked, key: str) -> Identity:
        """Return who holds a key. Wrong ones are counted by address: nobody may guess, or load the database, for ever.

        Raises `Unauthenticated`, `TooMany`.
        """
        identities, rates, rate = (
            self._public.identities,
            self._public.rates,
            self._public.settings.address_rate,
        )
        guesses = f"guess:{address_of(asked.scope.get('client'))}"
        if rate and not identities.knows(key) and rates.spent(guesses, rate):
            rates.admit(guesses, rate)
        found = await identities.of_key(key)
        if found is not None:
            return found
        if rate:
            rates.admit(guesses, rate)
        raise errors.Unauthenticated(
            Message(
                "この API の鍵は使えません（間違い、失効、または期限切れ）。GIS 管理者に新しい鍵を依頼してください。",
                "This API key is not valid (wrong, revoked or expired). Ask the GIS administrator for a new one.",
            )
        )

    def _by_address(self, asked: Asked) -> Headers:
        rate = self._public.settings.address_rate
        return self._public.rates.admit(address_of(asked.scope.get("client")), rate) if rate else []

    def _no_such_method(self) -> errors.MethodNotAllowed:
        return errors.MethodNotAllowed(
            Message(
                f"ここで使えるメソッドは {self._allowed} です。", f"The methods here are {self._allowed}."
            ),
            self._allowed,
        )


def _for_the_asker_alone(response: Response) -> None:
    """Keep an answer that others may not see out of caches that others share."""
    headers = response.headers
    caching = headers.get("cache-control", "no-store")
    headers["cache-control"] = caching.replace("public", "private")
    headers["vary"] = f"{headers['vary']}, {VARY}" if "vary" in headers else VARY
