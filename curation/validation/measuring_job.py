"""Measuring beside the pages: one at a time, watched by any page, cancelled by any lead.

Every batch that was kept stays, and the next run goes on from there.
"""

from curation import background
from curation.database import Database
from curation.validation import measuring

Step = tuple[int, int]  # pairs measured, and pairs to measure when it began
Job = background.Job[Step, int]


class _Desk(background.Desk[Step, int]):
    pass


def start(database: Database) -> Job:
    """Begin, or join the run that is under way."""
    desk = database.attached(_Desk)
    with desk.lock:
        job = desk.running()
        if job is None:
            job = desk.job = Job("measuring")
            with database.reading() as cursor:
                job.tell((0, measuring.count_missing(cursor)))
            begin(job, database)
        return job


def begin(job: Job, database: Database) -> None:
    """Start to measure; `start` does so where nobody measures yet."""
    job.begin(lambda: measuring.fill(database, lambda done, total: job.tell_or_end((done, total))))


def last(database: Database) -> Job | None:
    """The run under way, or the one that ended last in this process.

    Raises:
        Exception: the bug that ended it; once, so that another run can be tried.
    """
    desk = database.attached(_Desk)
    with desk.lock:
        job = desk.job
        if job is not None and job.bug is not None:
            desk.job = None
            raise job.bug
    return job
