COPY t (v) FROM stdin WITH (FORMAT csv, QUOTE '"');
"a;b"
"it's"
\.
SELECT 2;