"""S7: the tool is killed with SIGKILL while it waits; its statement must not stay in the queue, nor be carried out later."""

import os
import shutil
import time

import psycopg2

from lock import metrics, tools
from lock.cluster import wait_for
from lock.scenario import Scenario, Wishes

YOUNG = 0.015       # seconds that a holder lives: younger than any look would mind
HELD_AFTER = 3.0    # seconds that the holder stays after the kill
LIMIT = 1.2         # seconds until the queue is empty
QUEUED = ("SELECT count(*) FROM pg_locks l JOIN pg_stat_activity a USING (pid)"
          " WHERE a.usename LIKE 'tool\\_%' AND l.locktype = 'relation' AND NOT l.granted")


def lasted(result: metrics.Result, what: str) -> str:
    after = result.facts.get(what)
    if not result.facts["killed"]:
        return "-"
    return f"{after:.2f}" if after is not None else f"> {HELD_AFTER:g}"


class Relay:
    """The table is held all the time, and by nobody for long: the next takes it before the last one lets go."""

    def __init__(self, cluster):
        self.sessions = [cluster.connect("bench_report", "holder") for _ in range(2)]
        for session in self.sessions:
            self._run(session, "SET lock_timeout = '20ms'")

    @staticmethod
    def _run(session, text: str) -> None:
        with session.cursor() as cursor:
            cursor.execute(text)

    def take(self) -> None:
        self._run(self.sessions[0], "BEGIN; SELECT abalance FROM pgbench_accounts WHERE aid = 1")

    def hand_over(self) -> None:
        """Where the tool has queued meanwhile, the next does not get it, and the last one keeps it."""
        try:
            self._run(self.sessions[1], "BEGIN; SELECT abalance FROM pgbench_accounts WHERE aid = 1")
        except psycopg2.errors.LockNotAvailable:
            self._run(self.sessions[1], "ROLLBACK")
            return
        self.release()
        self.sessions.reverse()

    def release(self) -> None:
        self._run(self.sessions[0], "ROLLBACK")

    def close(self) -> None:
        for session in self.sessions:
            session.close()


class Killed(Scenario):
    key, title = "S7", ("SIGKILL of the tool while it waits in the queue; slipway also with lock_timeout 10 s (patient),"
                         " and while it only looks")
    perfect = "queue empty and session gone within 1.2 s, the column never added"
    noise_floor = False
    looking = "slipway, looking"
    columns = [("strategy", lambda r: r.strategy), ("killed", lambda r: "yes" if r.facts["killed"] else "no"),
               ("in the queue s", lambda r: lasted(r, "queue_empty_after")),
               ("connected s", lambda r: lasted(r, "session_gone_after")),
               ("column added", lambda r: "yes" if r.applied else "no")]

    def entries(self) -> list[tools.Entry]:
        """Also with a patience so long that only the server's own check of its client can end the wait."""
        patient = {"SLIPWAY_LOCK_TIMEOUT": "10s", "SLIPWAY_MAX_STALL": "10s"}
        return [*super().entries(), tools.Entry("slipway", "slipway, patient", settings=patient),
                tools.Entry("slipway", self.looking)]

    def perform(self, entry, seed: int, bench) -> metrics.Result:
        self.reset(bench)
        result = metrics.Result(self.key, self.case, entry.label, seed, load_average=os.getloadavg()[0])
        folder = bench.folder()
        tool = tools.make(entry, self.work, bench.cluster.url(entry.role), seed, bench.options.slipway, folder)
        tool.prepare()
        relay, eye = Relay(bench.cluster), bench.cluster.connect(name="watch")
        try:
            with eye.cursor() as look:
                caught = self._kill_looking(tool, relay) if entry.label == self.looking else self._kill_queued(tool, relay, look)
                result.facts["killed"] = caught
                if caught:
                    self._after(result, relay, look)
        finally:
            relay.close()
            eye.close()
            tool.end()
            bench.cluster.end_tool_sessions()
        wait_for(lambda: bench.cluster.tool_sessions() == 0, 10, "the end of the tool's sessions")
        result.applied = self.applied_at(bench) is not None
        shutil.rmtree(folder)
        return result

    def _kill_looking(self, tool: tools.Tool, relay: Relay) -> bool:
        """An old holder: a tool that looks does not queue."""
        relay.take()
        time.sleep(1)
        tool.start()
        if tool.wait(1):
            return False
        tool.kill()
        return True

    def _kill_queued(self, tool: tools.Tool, relay: Relay, look) -> bool:
        """The holder behind which the tool queues stays, and the tool is killed at once."""
        relay.take()
        tool.start()
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline and not tool.wait(0):
            until = time.monotonic() + YOUNG
            while time.monotonic() < until:
                look.execute(QUEUED)
                if look.fetchone()[0]:
                    tool.kill()
                    return True
            relay.hand_over()
        return False

    def _after(self, result: metrics.Result, relay: Relay, look) -> None:
        killed = time.time()
        gone = {"queue_empty_after": None, "session_gone_after": None}
        while time.time() < killed + HELD_AFTER:
            look.execute(QUEUED)
            if gone["queue_empty_after"] is None and look.fetchone()[0] == 0:
                gone["queue_empty_after"] = time.time() - killed
            look.execute("SELECT count(*) FROM pg_stat_activity WHERE usename LIKE 'tool\\_%'")
            if gone["session_gone_after"] is None and look.fetchone()[0] == 0:
                gone["session_gone_after"] = time.time() - killed
            time.sleep(0.01)
        result.facts.update(gone)
        relay.release()
        time.sleep(2)

    def judge(self, result, noise) -> list[str]:
        if not result.facts["killed"]:
            return ["never seen waiting, so not killed"]
        wishes = Wishes(result, noise)
        for what, shown in (("queue_empty_after", "in the queue"), ("session_gone_after", "connected")):
            after = result.facts[what]
            if after is None or after > LIMIT:
                wishes.unmet.append(f"{shown} for {f'{after:.1f} s' if after else f'more than {HELD_AFTER:g} s'}")
        if result.applied:
            wishes.unmet.append("column added after the kill")
        return wishes.unmet
