CREATE TABLE "odd;name" ("c;1" int, "say ""hi;""" text);
DROP TABLE "odd;name";