-- slipway:up
CREATE TABLE users (id int);

-- slipway:down
DROP TABLE users;
