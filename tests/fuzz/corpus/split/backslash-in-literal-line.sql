SELECT 'first
\restrict not a command;
last'; SELECT 2;