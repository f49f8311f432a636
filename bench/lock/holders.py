"""Sessions of others that hold locks: each a thread with a connection, which lets go when told or when its time is over."""

import threading
import time

import psycopg2


class Holder(threading.Thread):
    """Runs `work` until `stop`. Being cancelled or terminated is part of the game, and counted by the server's log."""

    def __init__(self, cluster, name: str):
        super().__init__(daemon=True)
        self.cluster, self.name_shown = cluster, name
        self.connection = cluster.connect("bench_report", name)
        self._halt = threading.Event()

    def run(self) -> None:
        while not self._halt.is_set():
            try:
                self.work()
                return
            except psycopg2.errors.QueryCanceled:
                self.execute("ROLLBACK")
            except psycopg2.OperationalError:
                self.ended_by_others()
                return

    def work(self) -> None:
        raise NotImplementedError

    def ended_by_others(self) -> None:
        pass

    def execute(self, text: str) -> None:
        with self.connection.cursor() as cursor:
            cursor.execute(text)

    def sleep_until(self, moment: float) -> None:
        self._halt.wait(max(0.0, moment - time.time()))

    def stop(self) -> None:
        self._halt.set()
        self.join()
        self.connection.close()


class Idle(Holder):
    """Idle in transaction from one moment to another, after one statement."""

    def __init__(self, cluster, statement: str, begin: float, end: float, isolation: str = "READ COMMITTED"):
        super().__init__(cluster, "forgotten session")
        self.statement, self.begin, self.end, self.isolation = statement, begin, end, isolation
        self.released: float | None = None

    def work(self) -> None:
        self.sleep_until(self.begin)
        self.execute(f"BEGIN ISOLATION LEVEL {self.isolation}")
        self.execute(self.statement)
        self.sleep_until(self.end)
        self.execute("ROLLBACK")
        self.released = time.time()

    def ended_by_others(self) -> None:
        self.released = time.time()


class Reports(Holder):
    """One report of `length` seconds after another, for ever; two of these, out of step, leave no quiet moment."""

    def __init__(self, cluster, table: str, begin: float, length: float):
        super().__init__(cluster, "report")
        self.statement = f"SELECT count(*), pg_sleep({length}) FROM (SELECT 1 FROM {table} LIMIT 1) AS one"
        self.begin = begin

    def work(self) -> None:
        self.sleep_until(self.begin)
        while not self._halt.is_set():
            self.execute(self.statement)


class Churn(Holder):
    """Transactions of `hold` seconds with `pause` seconds between them, from one moment to another."""

    def __init__(self, cluster, statement: str, begin: float, end: float, hold: float, pause: float):
        super().__init__(cluster, "short transactions")
        self.statement, self.begin, self.end, self.hold, self.pause = statement, begin, end, hold, pause

    def work(self) -> None:
        self.sleep_until(self.begin)
        while time.time() < self.end and not self._halt.is_set():
            self.execute("BEGIN")
            self.execute(self.statement)
            self._halt.wait(self.hold)
            self.execute("ROLLBACK")
            self._halt.wait(self.pause)
