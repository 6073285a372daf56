"""Jobs as JSON text that is kept for the next who asks."""

from collections import OrderedDict

import orjson

from ..core.jobs import Job
from .encoding import encode
from .serializers import job_to_json

MOST = 1024


class WrittenJobs:
    """The jobs of lists as JSON: lists are read more often than jobs change.

    The history hands out the same object for a job that has not changed, so that an
    object stands for its text, for as long as it is kept here.
    """

    def __init__(self) -> None:
        """Begin with nothing."""
        self._kept: OrderedDict[int, tuple[Job, orjson.Fragment]] = OrderedDict()

    def json(self, job: Job) -> orjson.Fragment:
        """Return a job as a part of a larger JSON text."""
        kept = self._kept.get(id(job))
        if kept is not None and kept[0] is job:
            return kept[1]
        text = orjson.Fragment(encode(job_to_json(job)))
        if not job.is_open:
            # The progress of a running print makes a new object of it at each look.
            self._kept[id(job)] = (job, text)
            if len(self._kept) > MOST:
                self._kept.popitem(last=False)
        return text
