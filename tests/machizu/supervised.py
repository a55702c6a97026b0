"""A small product for the supervisor's tests: `supervised.py PORT WEB`, with WEB `serves` or `dies`.

The supervisor, the database and the processes are real; only what they serve is small.
"""

import sys
from pathlib import Path

from gis_core.errors import MachizuError
from machizu.supervisor import Plan, Step, run_plan

WEB = {
    "serves": """
import http.server, sys
class Ready(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
    def log_message(self, *_):
        pass
http.server.HTTPServer(("127.0.0.1", int(sys.argv[1])), Ready).serve_forever()
""",
    "dies": "import sys; sys.exit(3)",
}


def main() -> int:
    port, web = int(sys.argv[1]), WEB[sys.argv[2]]
    note = f"import pathlib; pathlib.Path({str(Path.cwd() / 'prepared')!r}).touch()"
    plan = Plan(
        "127.0.0.1",
        port,
        steps=[Step("準備", "Preparing", [sys.executable, "-c", note])],
        web=[sys.executable, "-c", web, str(port), "web-of-test"],
        worker=[sys.executable, "-c", "import time; time.sleep(600)", "worker-of-test"],
    )
    try:
        return run_plan(plan)
    except MachizuError as error:
        sys.stderr.write(f"{error}\n")
        return 1


if __name__ == "__main__":
    sys.exit(main())
