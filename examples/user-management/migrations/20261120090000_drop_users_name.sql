-- No release that knows users.name is left. The down brings the column back, filled, with both columns in step again, so
-- that such a release could still be brought back.
-- slipway:phase contract
-- slipway:change rename_users_name
-- slipway:up
DROP TRIGGER zz_users_sync_display_name ON users;
DROP FUNCTION users_sync_display_name();
ALTER TABLE users DROP COLUMN name;

-- slipway:down
ALTER TABLE users ADD COLUMN name text;
UPDATE users SET name = display_name;

CREATE FUNCTION users_sync_display_name() RETURNS trigger
  LANGUAGE plpgsql
  SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    NEW.display_name := coalesce(NEW.display_name, NEW.name);
    NEW.name := NEW.display_name;
  ELSIF NEW.display_name IS DISTINCT FROM OLD.display_name THEN
    NEW.name := NEW.display_name;
  ELSIF NEW.name IS DISTINCT FROM OLD.name THEN
    NEW.display_name := NEW.name;
  END IF;
  RETURN NEW;
END
$$;

CREATE TRIGGER zz_users_sync_display_name
  BEFORE INSERT OR UPDATE ON users
  FOR EACH ROW EXECUTE FUNCTION users_sync_display_name();
