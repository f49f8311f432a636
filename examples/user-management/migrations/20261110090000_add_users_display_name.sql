-- users.name becomes users.display_name while two releases run side by side: the old one reads and writes name, the new
-- one display_name. From here until the contract both columns say the same, whichever of them is written.
-- slipway:phase expand
-- slipway:change rename_users_name
-- slipway:up
ALTER TABLE users ADD COLUMN display_name text;

-- IS DISTINCT FROM, because a name may be NULL: setting either column to NULL clears the other one too. When one
-- statement changes both to different values, display_name wins, which is where the data is going.
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

-- Triggers of one kind fire in the order of their names: zz_ makes this one see what the others have made of the row.
CREATE TRIGGER zz_users_sync_display_name
  BEFORE INSERT OR UPDATE ON users
  FOR EACH ROW EXECUTE FUNCTION users_sync_display_name();

-- slipway:down
DROP TRIGGER zz_users_sync_display_name ON users;
DROP FUNCTION users_sync_display_name();
ALTER TABLE users DROP COLUMN display_name;
