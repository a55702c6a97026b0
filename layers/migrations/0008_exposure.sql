-- The areas of each hazard's classes, a table for each (layers/exposure_areas.py).
CREATE SCHEMA area;

-- What the public role may read: of public hazards, what was counted of public layers.
CREATE VIEW public_exposure WITH (security_barrier) AS
    SELECT hazard, revision, counted, counted_revision, content, made_at FROM layers_exposure
    WHERE public_layer(hazard) AND public_layer(counted);
