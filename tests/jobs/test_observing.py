"""Messages leave their duration, their result and their ids; the status page knows every periodic job by name."""

from __future__ import annotations

import structlog

from jobs.schedule import SCHEDULE, timetable
from kernel.telemetry import judging
from kernel.telemetry.figures import JOBS
from tests.jobs.conftest import Line, until


def test_every_periodic_job_has_a_name_for_the_status_page() -> None:
    assert [periodic.job for periodic in SCHEDULE if periodic.job not in judging.JOBS] == []
    assert [item["job"] for item in timetable()] == [periodic.job for periodic in SCHEDULE]


async def test_jobs_are_counted_by_their_result(line: Line) -> None:
    def counted(job: str, result: str) -> float:
        return sum(JOBS.counts.get((job, result), [0.0, 0.0])[:-1])

    before = counted("test_effect", "done"), counted("test_fail", "failed")
    done = await line.enqueue("test_effect", mark="counted")
    await line.enqueue("test_fail", mark="counted")
    await line.done(done)

    async def both() -> bool:
        return counted("test_effect", "done") > before[0] and counted("test_fail", "failed") > before[1]

    await until(both)
    assert not structlog.contextvars.get_contextvars()
