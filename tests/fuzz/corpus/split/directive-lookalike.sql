SELECT '
-- migrate:down
-- +goose Down
---- create above / drop below ----
';
SELECT 2;