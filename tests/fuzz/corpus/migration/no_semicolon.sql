-- slipway:up
CREATE TABLE a (id int)
-- slipway:down
DROP TABLE a
