SET standard_conforming_strings = off;
SET escape_string_warning = off;
SELECT 'it\'s; escaped';
RESET standard_conforming_strings;