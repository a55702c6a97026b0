-- What the application needs of the server, as the superuser; may be run again. `password` comes from the environment.
\set ON_ERROR_STOP on
\getenv password MACHIZU_DB_PASSWORD
SELECT 'CREATE ROLE machizu' WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'machizu')
\gexec
ALTER ROLE machizu LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION PASSWORD :'password';
SELECT 'CREATE ROLE machizu_public NOLOGIN' WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'machizu_public')
\gexec
SELECT 'CREATE ROLE machizu_staff NOLOGIN' WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'machizu_staff')
\gexec
GRANT machizu_public TO machizu_staff;
GRANT machizu_public, machizu_staff TO machizu;
SELECT 'CREATE DATABASE machizu OWNER machizu TEMPLATE template0'
WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = 'machizu')
\gexec
\connect machizu
CREATE EXTENSION IF NOT EXISTS postgis;
CREATE EXTENSION IF NOT EXISTS btree_gist;
CREATE EXTENSION IF NOT EXISTS pg_trgm;
CREATE EXTENSION IF NOT EXISTS unaccent;
CREATE EXTENSION IF NOT EXISTS pgrouting;
