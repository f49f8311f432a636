"""A schema of any size: tables of 10 columns with 4 defaults, a primary key, an index on the column of a foreign key, an
index on an expression with a predicate, and a foreign key to the table before."""

TABLE = """CREATE TABLE public.entity_{n} (
  id bigint NOT NULL, parent_id bigint, name text NOT NULL, code varchar(40) DEFAULT 'none', amount numeric(12,2) DEFAULT 0,
  quantity integer, active boolean DEFAULT true NOT NULL, details jsonb, created_at timestamptz DEFAULT now() NOT NULL,
  updated_at timestamptz, CONSTRAINT entity_{n}_pkey PRIMARY KEY (id),
  CONSTRAINT entity_{n}_parent_fk FOREIGN KEY (parent_id) REFERENCES public.entity_{before} (id));
CREATE INDEX entity_{n}_parent_idx ON public.entity_{n} (parent_id);
CREATE INDEX entity_{n}_name_idx ON public.entity_{n} (lower(name)) WHERE active;
"""

# More than a few thousand locks at once are more than a server in its defaults has room for.
TABLES_A_TRANSACTION = 200


def script(tables: int) -> str:
    text = []
    for first in range(0, tables, TABLES_A_TRANSACTION):
        text.append("BEGIN;\n")
        text += [TABLE.format(n=n, before=max(n - 1, 0)) for n in range(first, min(first + TABLES_A_TRANSACTION, tables))]
        text.append("COMMIT;\n")
    return "".join(text)
