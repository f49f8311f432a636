-- slipway:up
CREATE TABLE greetings (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  greeting text NOT NULL
);
INSERT INTO greetings (greeting) VALUES ('hello');

-- slipway:down
DROP TABLE greetings;
