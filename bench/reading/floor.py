"""The least that a full reading of the catalogs can cost through psql: COPY of raw rows, and nothing else.

A: with the server writing indexes, constraints and types; B: raw, expressions alone written by the server; C: raw alone.
"""

USER = "16384"

# catalog -> columns that say something of a schema
RAW = {
    "pg_namespace": "oid, nspname, nspowner, nspacl",
    "pg_class": "oid, relname, relnamespace, reltype, reloftype, relowner, relam, reltablespace, relkind, relpersistence, "
                "relispartition, relreplident, relrowsecurity, relforcerowsecurity, reloptions, relacl, relispopulated, reltoastrelid",
    "pg_attribute": "attrelid, attnum, attname, atttypid, atttypmod, attnotnull, atthasdef, attidentity, attgenerated, attcollation, "
                    "attstorage, attstattarget, attislocal, attinhcount, attoptions, attfdwoptions, attacl",
    "pg_attrdef": "oid, adrelid, adnum",
    "pg_constraint": "oid, conname, connamespace, contype, condeferrable, condeferred, convalidated, conrelid, contypid, conindid, "
                     "conparentid, confrelid, confupdtype, confdeltype, confmatchtype, conislocal, coninhcount, connoinherit, "
                     "conkey, confkey, conexclop",
    "pg_index": "indexrelid, indrelid, indnatts, indnkeyatts, indisunique, indisprimary, indisexclusion, indimmediate, "
                "indisclustered, indisvalid, indisready, indislive, indisreplident, indkey, indcollation, indclass, indoption",
    "pg_type": "oid, typname, typnamespace, typowner, typtype, typrelid, typelem, typarray, typbasetype, typnotnull, typacl",
    "pg_depend": "classid, objid, objsubid, refclassid, refobjid, refobjsubid, deptype",
    "pg_trigger": "oid, tgrelid, tgname, tgfoid, tgtype, tgenabled, tgisinternal, tgconstraint",
    "pg_inherits": "inhrelid, inhparent, inhseqno",
    "pg_partitioned_table": "partrelid, partstrat, partattrs, partclass, partcollation",
    "pg_sequence": "seqrelid, seqtypid, seqstart, seqincrement, seqmax, seqmin, seqcache, seqcycle",
    "pg_rewrite": "oid, rulename, ev_class, ev_type, ev_enabled",
    "pg_policy": "oid, polname, polrelid, polcmd, polpermissive, polroles",
    "pg_proc": "oid, proname, pronamespace, proowner, prolang, prokind, prosrc, proacl",
    "pg_description": "objoid, classoid, objsubid, description",
    "pg_enum": "enumtypid, enumsortorder, enumlabel",
    "pg_range": "rngtypid, rngsubtype",
    "pg_extension": "oid, extname, extowner, extnamespace, extversion",
    "pg_statistic_ext": "oid, stxrelid, stxname, stxnamespace, stxkeys, stxkind",
    "pg_collation": "oid, collname, collnamespace",
    "pg_opclass": "oid, opcname, opcintype, opcdefault",
}

WHERE = {
    "pg_class": "oid >= " + USER,
    "pg_attribute": "attrelid >= " + USER + " AND attnum > 0 AND NOT attisdropped",
    "pg_constraint": "oid >= " + USER,
    "pg_index": "indexrelid >= " + USER,
    "pg_type": "oid >= " + USER,
    "pg_depend": "objid >= " + USER,
    "pg_trigger": "oid >= " + USER,
    "pg_rewrite": "oid >= " + USER,
    "pg_proc": "oid >= " + USER,
    "pg_description": "objoid >= " + USER,
    "pg_collation": "oid >= " + USER,
}

EXPRESSIONS = {
    "pg_attrdef": "pg_get_expr(adbin, adrelid)",
    "pg_constraint": "pg_get_expr(conbin, conrelid)",
    "pg_index": "pg_get_expr(indexprs, indrelid), pg_get_expr(indpred, indrelid)",
    "pg_class": "pg_get_expr(relpartbound, oid)",
    "pg_policy": "pg_get_expr(polqual, polrelid), pg_get_expr(polwithcheck, polrelid)",
}

WRITTEN = {
    "pg_attribute": "format_type(atttypid, atttypmod)",
    "pg_index": "pg_get_indexdef(indexrelid)",
    "pg_constraint": "pg_get_constraintdef(oid)",
}


def script(floor):
    """The text for psql: 'A', 'B' or 'C'."""
    lines = ["BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY;", "SET LOCAL search_path = '';", "SET LOCAL jit = off;"]
    for catalog, columns in RAW.items():
        chosen = [columns]
        if floor in "AB" and catalog in EXPRESSIONS and not (floor == "A" and catalog in WRITTEN):
            chosen.append(EXPRESSIONS[catalog])
        if floor == "A" and catalog in WRITTEN:
            chosen.append(WRITTEN[catalog])
        where = " WHERE " + WHERE[catalog] if catalog in WHERE else ""
        lines.append(f"COPY (SELECT {', '.join(chosen)} FROM pg_catalog.{catalog}{where}) TO STDOUT;")
    return "\n".join(lines + ["COMMIT;", ""])
