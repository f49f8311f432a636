INSERT INTO t VALUES ('arrow -- not; comment');
SELECT 1;