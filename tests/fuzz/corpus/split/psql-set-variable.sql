\set who 'O''Brien; x'
SELECT :'who';
SELECT 2;