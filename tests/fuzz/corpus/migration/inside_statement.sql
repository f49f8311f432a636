-- slipway:up
CREATE TABLE a (
  -- slipway:down
  id int);
