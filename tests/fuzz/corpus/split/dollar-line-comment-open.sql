-- $$ not a quote; really
SELECT 1; SELECT 2;