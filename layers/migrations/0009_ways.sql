-- The network that people walk on, made of the layer of roads (layers/ways_network.py); empty until then.
CREATE SCHEMA way;
CREATE TABLE way.edge (
    id bigint PRIMARY KEY,
    source bigint NOT NULL,
    target bigint NOT NULL,
    metres double precision NOT NULL,
    geom geometry(LineString, 4326) NOT NULL
);
