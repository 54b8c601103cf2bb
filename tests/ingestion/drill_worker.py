"""A worker process of the drill: reads one job and dies like a killed one after a step.

python -m tests.ingestion.drill_worker <job id> [step after which it dies]
"""

from __future__ import annotations

import os
import signal
import sys
import uuid
from typing import Any


def main() -> None:
    """Run the job; with a step named, end by SIGKILL when that step has done its work."""
    import django

    import realtrack.celery  # noqa: F401 - tasks are sent through this app

    django.setup()
    from ingestion.services import job_run, running

    job_id, step = uuid.UUID(sys.argv[1]), sys.argv[2] if len(sys.argv) > 2 else ""
    if step:
        real: Any = getattr(running, step)

        def dying(*args: Any, **more: Any) -> Any:
            real(*args, **more)
            os.kill(os.getpid(), signal.SIGKILL)

        setattr(running, step, dying)
    job_run(job_id=job_id)


if __name__ == "__main__":
    main()
