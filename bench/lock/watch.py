"""Looks every few milliseconds whether a tool waits for, or holds, a strong lock on the tables of a scenario.

A gap in the commits of the application is put down to the tool only when the tool was seen at the lock meanwhile: on a
busy machine there are gaps for which no tool is to blame.
"""

import threading
import time

import psycopg2

LOOK = """
SELECT bool_or(NOT l.granted) FROM pg_locks l JOIN pg_stat_activity a USING (pid)
 WHERE a.usename LIKE 'tool\\_%%' AND l.locktype = 'relation' AND l.relation = ANY (%s::regclass[]::oid[])
   AND l.mode IN ('ShareLock', 'ShareRowExclusiveLock', 'ExclusiveLock', 'AccessExclusiveLock')
"""


class Watch(threading.Thread):
    def __init__(self, cluster, relations: list[str], every: float = 0.01):
        super().__init__(daemon=True)
        self.connection, self.relations, self.every = cluster.connect(name="watch"), relations, every
        self.present: list[tuple[float, float]] = []  # from and to, of each time a tool was at the lock
        self.queued = 0.0                             # seconds of it that a tool spent waiting, in all
        self.failure: psycopg2.Error | None = None
        self._halt = threading.Event()

    def run(self) -> None:
        try:
            with self.connection.cursor() as cursor:
                before, last = time.time(), False
                while not self._halt.wait(self.every):
                    cursor.execute(LOOK, (self.relations,))
                    waiting, now = cursor.fetchone()[0], time.time()
                    if waiting is not None:
                        if last:
                            self.present[-1] = (self.present[-1][0], now)
                        else:
                            self.present.append((before, now))
                        self.queued += now - before if waiting else 0
                    before, last = now, waiting is not None
        except psycopg2.Error as failure:
            self.failure = failure

    def stop(self) -> None:
        """Raises what ended the watching, for without it there is nothing to blame on anybody."""
        self._halt.set()
        self.join()
        self.connection.close()
        if self.failure:
            raise self.failure

    def at_the_lock(self, begin: float, end: float) -> bool:
        return any(since < end and begin < until + self.every for since, until in self.present)
