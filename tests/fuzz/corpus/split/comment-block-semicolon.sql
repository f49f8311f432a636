SELECT /* a; b; */ 1;
/* SELECT 99; */
SELECT 2;