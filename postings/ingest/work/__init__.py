"""Reading and preparing in worker processes: portions in, entries out, in order.

Nothing here knows Django; a worker process imports nothing else of the project.
"""

from postings.ingest.work.ahead import ahead
from postings.ingest.work.pool import Pool, Worked, WorkerFailed, cores
from postings.ingest.work.task import End, Task, again, tasks

__all__ = (
    "End",
    "Pool",
    "Task",
    "Worked",
    "WorkerFailed",
    "again",
    "ahead",
    "cores",
    "tasks",
)
