-- 100,000 points and 100,000 lines in clusters, 300,000 areas in a jittered grid: a made-up municipality of 0.6°.
-- The same on every run. `bench` holds copies for the peers, which read plain tables.
SELECT setseed(0.42);
CREATE TEMPORARY TABLE hubs AS
SELECT n, 140.0 + (random() - 0.5) * 0.54 AS x, 36.87 + (random() - 0.5) * 0.54 AS y,
       power(random(), 3) + 0.05 AS weight, 0.006 + random() * 0.026 AS spread
FROM generate_series(1, 60) AS n;
CREATE TEMPORARY TABLE drawn_hubs AS
SELECT row_number() OVER () AS turn, n
FROM (SELECT n FROM hubs, generate_series(1, (weight * 60)::int) ORDER BY random()) AS shuffled;
CREATE TEMPORARY TABLE spots AS
SELECT i, kind, number, share,
       CASE WHEN alone < 0.25 THEN 139.7 + random() * 0.6
            ELSE greatest(139.7, least(140.3, x + spread * sqrt(-2 * ln(u)) * cos(2 * pi() * v))) END AS x,
       CASE WHEN alone < 0.25 THEN 36.57 + random() * 0.6
            ELSE greatest(36.57, least(37.17, y + spread * sqrt(-2 * ln(u)) * sin(2 * pi() * v))) END AS y
FROM (SELECT i, random() AS alone, 1 - random() AS u, random() AS v, random() AS kind, random() AS number,
             random() AS share, 1 + floor(random() * (SELECT count(*) FROM drawn_hubs))::int AS turn
      FROM generate_series(1, 200000) AS i) AS thrown
     JOIN drawn_hubs USING (turn) JOIN hubs USING (n);

INSERT INTO layer.bench_facilities (name, category, category_ja, capacity, opened, geom)
SELECT (ARRAY['黒羽','大田原','西那須野','東那須野','佐久山','湯津上','川西','両郷','須賀川','野崎'])[1 + i % 10]
       || kinds_ja[k] || '第' || (i % 997 + 1), kinds[k], kinds_ja[k], 5 + (number * 600)::int,
       date '1955-04-01' + (share * 25000)::int, ST_Point(x, y, 4326)
FROM (SELECT *, 1 + floor(kind * 10)::int AS k,
             ARRAY['school','junior_high','shelter','hospital','clinic','park','fire_station','branch_office','library','nursery'] AS kinds,
             ARRAY['小学校','中学校','避難所','病院','診療所','公園','消防署','市役所支所','図書館','保育園'] AS kinds_ja
      FROM spots WHERE i <= 100000) AS chosen ORDER BY i;

INSERT INTO layer.bench_parcels (lot, landuse, area_m2, geom)
SELECT lot, landuse, ST_Area(geom::geography), geom
FROM (SELECT (n % 9000 + 1) || '番地' || (n % 17 + 1) AS lot,
             (ARRAY['residential','paddy','field','forest','commercial','industrial','public'])[1 + floor(random() * 7)::int] AS landuse,
             (SELECT ST_SetSRID(ST_MakePolygon(ST_AddPoint(ring, ST_StartPoint(ring))), 4326)
              FROM (SELECT ST_MakeLine(ST_MakePoint(x + cos((corner + turn) / corners * 2 * pi()) * far * 0.001,
                                                    y + sin((corner + turn) / corners * 2 * pi()) * far * 0.0012)
                                       ORDER BY corner) AS ring
                    FROM (SELECT corner, 0.1 + 0.8 * random() + 0 * n AS turn, 0.30 + 0.16 * random() AS far
                          FROM generate_series(0, corners::int - 1) AS corner) AS placed) AS closed) AS geom
      FROM (SELECT n, 139.7 + (n % 600 + 0.5) * 0.001 AS x, 36.57 + (n / 600 + 0.5) * 0.0012 AS y,
                   5 + floor(random() * 8)::int AS corners
            FROM generate_series(0, 299999) AS n ORDER BY random()) AS cells) AS made;

INSERT INTO layer.bench_roads (name, class, width_m, geom)
SELECT '市道' || (ARRAY['黒羽','大田原','西那須野','東那須野','佐久山','湯津上','川西','両郷','須賀川','野崎'])[1 + i % 10]
       || (i % 4999 + 1) || '号線',
       (ARRAY['national','prefectural','municipal','municipal','municipal','farm','path'])[1 + floor(number * 7)::int],
       1.5 + share * 14.5,
       (SELECT ST_SetSRID(ST_MakeLine(ST_MakePoint(x + dx, y + dy) ORDER BY step), 4326)
        FROM (SELECT step, sum(cos(heading) * 0.00035) OVER (ORDER BY step) AS dx,
                     sum(sin(heading) * 0.00035) OVER (ORDER BY step) AS dy
              FROM (SELECT step, share * 6.283 + sum((random() - 0.5) * 0.9 + 0 * i) OVER (ORDER BY step) AS heading
                    FROM generate_series(0, 10 + i % 20) AS step) AS walk) AS way)
FROM spots WHERE i > 100000 ORDER BY i;

CREATE SCHEMA bench;
CREATE TABLE bench.facilities AS
SELECT id::int, name, category, category_ja, capacity::int, opened, geom FROM layer.bench_facilities;
CREATE TABLE bench.parcels AS SELECT id::int, lot, landuse, area_m2::real, geom FROM layer.bench_parcels;
CREATE TABLE bench.roads AS SELECT id::int, name, class, width_m::real, geom FROM layer.bench_roads;
ALTER TABLE bench.facilities ADD PRIMARY KEY (id);
ALTER TABLE bench.parcels ADD PRIMARY KEY (id);
ALTER TABLE bench.roads ADD PRIMARY KEY (id);
CREATE INDEX ON bench.facilities USING gist (geom);
CREATE INDEX ON bench.parcels USING gist (geom);
CREATE INDEX ON bench.roads USING gist (geom);
ANALYZE;
