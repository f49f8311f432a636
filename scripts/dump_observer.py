"""What two databases look like to somebody who is not slipway: pg_dump -s in an order of its own, the states that pg_dump
does not show, and the rows of every table as sums. Used by diff-cases; needs psql and pg_dump of the server's version."""
import json
import re
import subprocess


def run(arguments, text=None):
    done = subprocess.run(arguments, input=text, capture_output=True, text=True)
    if done.returncode != 0:
        raise RuntimeError(f"{arguments[0]} failed: {done.stderr.strip()}")
    return done.stdout


def psql(bin_folder, url, sql, *, one_transaction=False):
    arguments = [f"{bin_folder}/psql", "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-F", "\t", "-d", url, "-f", "-"]
    if one_transaction:
        arguments.insert(1, "-1")
    return run(arguments, sql)


TOKEN = re.compile(
    r"""--[^\n]*|/\*.*?\*/|\$([A-Za-z_0-9\x80-\uffff]*)\$.*?\$\1\$|[eE]'(?:[^'\\]|\\.|'')*'|'(?:[^']|'')*'|"(?:[^"]|"")*"|"""
    r"""[A-Za-z_\x80-\uffff][A-Za-z_0-9$\x80-\uffff]*|\s+|.""",
    re.S)


def tokens_of(text):
    return [match.group(0) for match in TOKEN.finditer(text)]


def statements_of(text):
    """The statements of a script, without comments between them; what stands in parentheses or BEGIN ATOMIC stays one."""
    found, current, depth, atomic = [], [], 0, 0
    words = tokens_of(text)
    for index, word in enumerate(words):
        if word.startswith("--") and not current:
            continue
        upper = word.upper()
        if word == "(":
            depth += 1
        elif word == ")":
            depth -= 1
        elif upper == "ATOMIC" and not atomic and [w.upper() for w in words[max(0, index - 2):index] if w.strip()][-1:] == ["BEGIN"]:
            atomic = 1
        elif atomic and upper == "CASE":
            atomic += 1
        elif atomic and upper == "END":
            atomic -= 1
        if word == ";" and depth == 0 and not atomic:
            found.append("".join(current).strip())
            current = []
        elif current or word.strip():
            current.append(word)
    rest = "".join(current).strip()
    return [s for s in found + [rest] if s]


def items_of(text):
    """The parts of a list between its commas, leaving those in parentheses and strings alone."""
    found, current, depth = [], [], 0
    for word in tokens_of(text):
        depth += {"(": 1, "[": 1, ")": -1, "]": -1}.get(word, 0)
        if word == "," and depth == 0:
            found.append("".join(current).strip())
            current = []
        else:
            current.append(word)
    last = "".join(current).strip()
    return found + ([last] if last else [])


def sort_list_after(statement, opening):
    """Sorts the parenthesised list that begins where the pattern `opening` ends."""
    match = re.search(opening, statement)
    if not match:
        return statement
    depth, at = 1, match.end()
    for word in tokens_of(statement[match.end():]):
        depth += {"(": 1, ")": -1}.get(word, 0)
        if depth == 0:
            break
        at += len(word)
    else:
        return statement
    inside = ",\n    ".join(sorted(items_of(statement[match.end():at])))
    return statement[:match.end()] + "\n    " + inside + "\n" + statement[at:]


def normalised_statement(statement):
    if re.match(r"CREATE (UNLOGGED |FOREIGN )?TABLE ", statement):
        statement = sort_list_after(statement, r"^CREATE (?:UNLOGGED |FOREIGN )?TABLE [^(]*\(")
        if statement.startswith("CREATE FOREIGN"):
            statement = sort_list_after(statement, r"\n\)\nSERVER [^(]*OPTIONS \(")
    if re.match(r"(CREATE|ALTER) (FOREIGN|SERVER|USER MAPPING)", statement) and " TABLE " not in statement:
        statement = sort_list_after(statement, r"OPTIONS \(")
    if re.match(r"(CREATE|ALTER) (UNLOGGED )?(TABLE|MATERIALIZED VIEW|VIEW|UNIQUE INDEX|INDEX)", statement):
        statement = sort_list_after(statement, r"\bWITH \(")
    if statement.startswith("CREATE STATISTICS"):
        match = re.match(r"(.* ON )(.*)( FROM .*)", statement, re.S)
        statement = match.group(1) + ", ".join(sorted(items_of(match.group(2)))) + match.group(3)
    if statement.startswith("ALTER PUBLICATION"):
        statement = sort_list_after(statement, r"ADD TABLE ONLY [^(]*\(")
    if statement.startswith("CREATE EVENT TRIGGER"):
        statement = sort_list_after(statement, r"WHEN TAG IN \(")
    if re.match(r"CREATE (FUNCTION|PROCEDURE)", statement):
        lines = statement.split("\n")
        settings = sorted(line for line in lines if re.match(r"    SET \S+ TO ", line))
        order = iter(settings)
        statement = "\n".join(next(order) if re.match(r"    SET \S+ TO ", line) else line for line in lines)
    return statement


def schema_text(bin_folder, url):
    """pg_dump -s as a sorted list of statements."""
    text = run([f"{bin_folder}/pg_dump", "-s", "-d", url])
    text = "\n".join(line for line in text.split("\n") if not re.match(r"\\(un)?restrict ", line))
    found, method, space = [], "heap", ""
    for statement in statements_of(text):
        setting = re.match(r"SET default_(tablespace|table_access_method) = (.*)$", statement)
        if setting:
            if setting.group(1) == "tablespace":
                space = setting.group(2).strip("'")
            else:
                method = setting.group(2)
            continue
        if re.match(r"SET (?!SESSION AUTHORIZATION)", statement) or "set_config('search_path'" in statement[:60]:
            continue
        statement = normalised_statement(statement)
        if re.match(r"CREATE (UNLOGGED )?TABLE|CREATE MATERIALIZED", statement) and method not in ("heap", '"heap"'):
            statement += f" /* access method {method} */"
        if space and re.match(r"CREATE (UNLOGGED )?(TABLE|MATERIALIZED|INDEX|UNIQUE)|ALTER TABLE", statement):
            statement += f" /* tablespace {space} */"
        found.append(statement)
    return sorted(found)


STATES = """
select 'invalid index ' || indexrelid::regclass from pg_index where not indisvalid or not indisready
union all select 'not validated ' || conname || ' on ' || coalesce(nullif(conrelid, 0)::regclass::text, contypid::regtype::text)
  from pg_constraint where not convalidated
union all select 'not populated ' || oid::regclass from pg_class where relkind = 'm' and not relispopulated
order by 1"""
DETACHING = "select 'detaching ' || inhrelid::regclass from pg_inherits where inhdetachpending order by 1"


def states(bin_folder, url, major):
    found = psql(bin_folder, url, "set search_path = '';" + STATES)
    if major >= 14:
        found += psql(bin_folder, url, "set search_path = '';" + DETACHING)
    return found.split("\n")[:-1]


def look(bin_folder, url, major):
    """Everything an outsider can see of a schema."""
    return schema_text(bin_folder, url) + states(bin_folder, url, major)


def first_difference(result, target):
    """None when equal, else what is too much and what is missing."""
    extra = [s for s in result if s not in set(target)]
    missing = [s for s in target if s not in set(result)]
    if not extra and not missing and len(result) == len(target):
        return None
    return f"only in the result: {extra[:2]}; only in the target: {missing[:2]}"


COLUMNS = """
select n.nspname, c.relname, json_agg(json_build_array(a.attname, y.typtype) order by a.attname)
from pg_class c join pg_namespace n on n.oid = c.relnamespace left join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not attisdropped
  left join pg_type y on y.oid = a.atttypid
where c.relkind = 'r' and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
  and not exists (select from pg_depend d where d.objid = c.oid and d.deptype = 'e' and d.classid = 'pg_class'::regclass)
group by 1, 2 order by 1, 2"""


def quoted(name):
    return '"' + name.replace('"', '""') + '"'


def rows(bin_folder, url):
    """(schema, table) -> (row count, column -> sum over its values as text)."""
    script = "copy (" + COLUMNS.replace("\n", " ") + ") to stdout"
    found = {}
    for line in psql(bin_folder, url, script).split("\n")[:-1]:
        schema, table, columns = line.split("\t")
        typed = [c for c in json.loads(columns.replace("\\\\", "\\")) if c[0] is not None]
        columns = [c[0] for c in typed]
        # A composite value is written otherwise when its type gets an attribute, so only whether it is there counts.
        sums = "".join(
            f", count({quoted(c)})" if kind == "c" else
            f", coalesce(sum(hashtextextended(coalesce({quoted(c)}::text, '(null)'), 7)), 0)" for c, kind in typed)
        # A policy must not hide rows from the observer.
        answer = psql(bin_folder, url, f"set row_security = off; select count(*){sums} from only {quoted(schema)}.{quoted(table)}")
        values = answer.rstrip("\n").split("\t")
        found[(schema, table)] = (int(values[0]), dict(zip(columns, values[1:])))
    return found


def lost_rows(before, after):
    """Sentences on tables and columns whose values are not there any more."""
    found = []
    for (schema, table), (count, columns) in before.items():
        if count == 0:
            continue
        name = f"{schema}.{table}"
        if (schema, table) not in after:
            found.append(f"table {name} is gone with {count} rows")
            continue
        now, now_columns = after[(schema, table)]
        if now != count:
            found.append(f"table {name} had {count} rows, has {now}")
            continue
        for column, value in columns.items():
            if column not in now_columns:
                found.append(f"column {name}.{column} is gone")
            elif now_columns[column] != value:
                found.append(f"column {name}.{column} has other values")
    return found
