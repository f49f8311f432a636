-- slipway:up
ALTER TABLE greetings ADD COLUMN language text NOT NULL DEFAULT 'en';

-- slipway:down
ALTER TABLE greetings DROP COLUMN language;
