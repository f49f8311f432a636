#!/usr/bin/env python3
"""The published ways of getting a lock, each as a program of its own, so that it can be killed like one.

usage: baseline.py STRATEGY URL SEED. It says "ready", reads one line of JSON from its input ({"statements": [...],
"concurrent": bool, "runner": bool}), and only then connects. Each try prints "attempt", but for
those of the loop, which happen on the server.
"""

import json
import random
import sys
import time

import psycopg2
from psycopg2 import errors

# GitLab's with_lock_retries: (lock_timeout, sleep) in seconds. The rest of its 41 steps begins after more than a minute.
GITLAB_TABLE = [(.1, .05), (.1, .05), (.2, .05), (.3, .1), (.4, .15), (.5, 2), (.5, 2), (.5, 2), (.5, 2), (1, 5), (1, 60)]

READING_FILES = 0.2

# The widely copied DO block: subtransactions in one transaction, no sleep between them, and not a word until the end. The
# sequence alone is ours: it counts the tries, also of a block that is rolled back.
LOOP = """
DO $loop$
DECLARE done boolean := false;
BEGIN
  PERFORM set_config('lock_timeout', '50ms', false);
  FOR i IN 1..1000 LOOP
    PERFORM nextval('loop_attempts');
    BEGIN
      {statements}
      done := true;
      EXIT;
    EXCEPTION WHEN lock_not_available THEN NULL;
    END;
  END LOOP;
  IF NOT done THEN RAISE lock_not_available; END IF;
END $loop$
"""


def attempt(connection, work: dict, lock_timeout: float | None) -> bool:
    """False: the lock was not to be had in time."""
    print("attempt", flush=True)
    with connection.cursor() as cursor:
        try:
            if work["concurrent"]:
                cursor.execute("SET lock_timeout = %s", (f"{int((lock_timeout or 0) * 1000)}ms",))
            else:
                cursor.execute("BEGIN")
                if lock_timeout is not None:
                    scope = "" if work["runner"] else "LOCAL "
                    cursor.execute(f"SET {scope}lock_timeout = %s", (f"{int(lock_timeout * 1000)}ms",))
            for statement in work["statements"]:
                cursor.execute(statement)
            if not work["concurrent"]:
                cursor.execute("COMMIT")
            return True
        except errors.LockNotAvailable:
            if not work["concurrent"]:
                cursor.execute("ROLLBACK")
            return False


def naive(connection, work) -> bool:
    """A single statement goes without BEGIN, as from psql: the server alone decides when it is committed."""
    if len(work["statements"]) == 1:
        print("attempt", flush=True)
        with connection.cursor() as cursor:
            cursor.execute(work["statements"][0])
        return True
    return attempt(connection, work, None)


def five_seconds_three_times(connection, work) -> bool:
    for turn in range(3):
        if attempt(connection, work, 5):
            return True
        if turn < 2:
            time.sleep(10)
    return False


def pgroll(connection, work) -> bool:
    """500 ms; on a time-out a sleep between 0 and a bound that doubles from 1 s to 60 s, for ever."""
    turn = 0
    while not attempt(connection, work, 0.5):
        time.sleep(random.uniform(0, min(60, 2 ** turn)))
        turn += 1
    return True


def gitlab(connection, work) -> bool:
    """Concurrent index operations are outside of GitLab's retries and have no lock_timeout."""
    if not work["concurrent"]:
        for lock_timeout, sleep in GITLAB_TABLE:
            if attempt(connection, work, lock_timeout):
                return True
            time.sleep(sleep)
    return attempt(connection, work, None)


def no_sleep_loop(connection, work) -> bool:
    statements = " ".join(f"EXECUTE $ddl${statement}$ddl$;" for statement in work["statements"])
    with connection.cursor() as cursor:
        try:
            cursor.execute(LOOP.format(statements=statements))
            return True
        except errors.LockNotAvailable:
            return False


STRATEGIES = {"naive": naive, "5s-x3": five_seconds_three_times, "pgroll": pgroll, "gitlab": gitlab, "loop": no_sleep_loop}


def as_a_runner(strategy, connection, work) -> bool:
    """What runners put around it: a session's advisory lock, reading files, and a table of what is applied."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(4242)")
        time.sleep(READING_FILES)
        cursor.execute("SELECT EXISTS (SELECT FROM pooled_history)")
        done = cursor.fetchone()[0] or strategy(connection, work)
        cursor.execute("INSERT INTO pooled_history SELECT 1 WHERE NOT EXISTS (SELECT FROM pooled_history)")
        cursor.execute("SELECT pg_advisory_unlock(4242)")
    return done


def main() -> int:
    strategy, url, seed = STRATEGIES[sys.argv[1]], sys.argv[2], int(sys.argv[3])
    random.seed(seed)
    print("ready", flush=True)
    work = json.loads(sys.stdin.readline())
    try:
        connection = psycopg2.connect(url, application_name="baseline")
        connection.autocommit = True
        done = as_a_runner(strategy, connection, work) if work["runner"] else strategy(connection, work)
    except psycopg2.Error as failure:
        print(str(failure).strip(), file=sys.stderr)
        return 1
    return 0 if done else 1


if __name__ == "__main__":
    sys.exit(main())
