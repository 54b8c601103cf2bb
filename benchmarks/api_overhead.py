"""What our request pipeline costs: a trivial authenticated GET beside the framework's bare view.

Measured through real sockets: `GET /api/notifications/unread-count` with a bearer token (request
id, log, token, right, three throttles, a query), and as the floor a view of Django REST framework
that returns the same answer from a project without any middleware, log-in or database. Both are
served alike: one uvicorn process, WSGI in as many threads, one client on one kept connection, in
turns, so that a busy machine burdens both. `python benchmarks/api_overhead.py`
"""

from __future__ import annotations

import http.client
import json
import os
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

PROJECT_ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(PROJECT_ROOT))

from realtrack import embedded  # noqa: E402  # the project is not installed as a package
from realtrack.supervisor.ports import listen  # noqa: E402

PATH = "/api/notifications/unread-count"
ROUNDS, CALLS, WARM_UP = 10, 100, 50
# A person does not notice this; more would say that something in the pipeline went astray.
MOST_ADDED_MS = 25.0
_THREADS = 8


def serve_bare(descriptor: int) -> None:
    """Serve the floor: the same framework, server and threads, nothing of ours."""
    import socket

    import django
    import uvicorn
    from a2wsgi import WSGIMiddleware
    from django.conf import settings

    settings.configure(
        ALLOWED_HOSTS=["*"],
        ROOT_URLCONF="__main__",
        MIDDLEWARE=[],
        INSTALLED_APPS=["rest_framework"],
        REST_FRAMEWORK={
            "DEFAULT_AUTHENTICATION_CLASSES": [],
            "DEFAULT_PERMISSION_CLASSES": [],
            "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
            "UNAUTHENTICATED_USER": None,
        },
    )
    django.setup()
    from django.core.wsgi import get_wsgi_application
    from django.urls import path
    from rest_framework.request import Request
    from rest_framework.response import Response
    from rest_framework.views import APIView

    class Bare(APIView):
        """The least that the framework can do."""

        def get(self, request: Request) -> Response:
            """The same answer."""
            del request
            return Response({"count": 0})

    globals()["urlpatterns"] = [path(PATH.removeprefix("/"), Bare.as_view())]
    wsgi: Any = get_wsgi_application()
    application: Any = WSGIMiddleware(wsgi, workers=_THREADS)
    config = uvicorn.Config(
        application, log_config=None, access_log=False, server_header=False, lifespan="off"
    )
    uvicorn.Server(config).run(sockets=[socket.socket(fileno=descriptor)])


@dataclass(slots=True)
class Target:
    """One server and what its answers took."""

    name: str
    port: int
    process: subprocess.Popen[bytes]
    headers: dict[str, str] = field(default_factory=dict)
    seconds: list[float] = field(default_factory=list)

    def call(self, count: int) -> list[float]:
        """Call `count` times on one connection; return the seconds of each."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        taken = []
        for _ in range(count):
            begun = time.perf_counter()
            connection.request("GET", PATH, headers=self.headers)
            answer = connection.getresponse()
            body = answer.read()
            taken.append(time.perf_counter() - begun)
            assert answer.status == 200, (self.name, answer.status, body[:300])
            assert "count" in json.loads(body)
        connection.close()
        return taken

    def percentile(self, percent: int) -> float:
        """Return a percentile in milliseconds."""
        return statistics.quantiles(self.seconds, n=100)[percent - 1] * 1000


def start(name: str, command: list[str], environment: dict[str, str]) -> Target:
    """Start a server on a port of its own; the socket queues callers until it is there."""
    listener = listen("127.0.0.1", 18400)
    process = subprocess.Popen(
        [sys.executable, *command, str(listener.fileno())],
        cwd=PROJECT_ROOT,
        env=os.environ | environment,
        pass_fds=(listener.fileno(),),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    port = int(listener.getsockname()[1])
    listener.close()
    return Target(name=name, port=port, process=process)


def log_in(port: int) -> dict[str, str]:
    """Log in as the demo's manager; returns the header that says so."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    body = json.dumps({"email": "manager@demo.test", "password": "realtrack-demo"})
    connection.request("POST", "/api/auth/login", body, {"Content-Type": "application/json"})
    answer = json.loads(connection.getresponse().read())
    return {"Authorization": f"Bearer {answer['accessToken']}"}


def measure(folder: Path) -> tuple[Target, Target]:
    """Prepare a database, start both servers, call them in turns."""
    environment = {
        "REALTRACK_VAR": str(folder),
        "DJANGO_SETTINGS_MODULE": "realtrack.settings",
        "THROTTLE_SHORT": "100000/second",
        "THROTTLE_MEDIUM": "1000000/minute",
        "THROTTLE_LONG": "10000000/hour",
        "LOG_LEVEL": "WARNING",
    }
    embedded.ensure(folder)
    subprocess.run(
        [sys.executable, "-m", "realtrack.supervisor.bootstrap", "--demo"],
        cwd=PROJECT_ROOT,
        env=os.environ | environment,
        check=True,
        capture_output=True,
    )
    bare = start("bare", [__file__, "--bare"], {})
    ours = start("ours", ["-m", "realtrack.supervisor.web"], environment)
    try:
        ours.headers = log_in(ours.port)
        for target in (bare, ours):
            target.call(WARM_UP)
        for _ in range(ROUNDS):
            for target in (bare, ours):
                target.seconds += target.call(CALLS)
    finally:
        for target in (bare, ours):
            target.process.send_signal(signal.SIGTERM)
            target.process.wait(30)
    return bare, ours


def main() -> int:
    """Print the figures; the exit code says whether the limit holds."""
    if "--bare" in sys.argv:
        serve_bare(int(sys.argv[-1]))
        return 0
    folder = Path(tempfile.mkdtemp(prefix="rt-bench-"))
    folder.chmod(0o755)
    print(f"machine: {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} before the run")
    try:
        bare, ours = measure(folder)
    finally:
        embedded.stop_if_unused(folder)
        shutil.rmtree(folder, ignore_errors=True)
    print(f"{ROUNDS * CALLS} calls each of GET {PATH}")
    for percent in (50, 95):
        floor, found = bare.percentile(percent), ours.percentile(percent)
        print(
            f"p{percent}: bare {floor:.2f} ms, ours {found:.2f} ms"
            f"  = {found / floor:.1f} × the floor, {found - floor:.2f} ms more"
        )
    added = ours.percentile(50) - bare.percentile(50)
    print(f"added at p50: {added:.2f} ms, limit {MOST_ADDED_MS:.0f} ms")
    return int(added > MOST_ADDED_MS)


if __name__ == "__main__":
    sys.exit(main())
