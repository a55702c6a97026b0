-- Outer rings run counterclockwise and holes clockwise (RFC 7946 §3.1.6), whoever draws them: loads turn theirs,
-- QGIS and psql do not. Turned once when written, readers need not care.
CREATE FUNCTION history.turn_rings() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    NEW.geom := ST_ForcePolygonCCW(NEW.geom);
    RETURN NEW;
END $$;

DO $$
DECLARE
    layer text;
BEGIN
    FOR layer IN SELECT id FROM layers_layer WHERE kind = 'vector' ORDER BY id LOOP
        EXECUTE format('CREATE TRIGGER b_rings BEFORE INSERT OR UPDATE ON layer.%I FOR EACH ROW'
                       ' WHEN (NOT ST_IsPolygonCCW(NEW.geom)) EXECUTE FUNCTION history.turn_rings()', layer);
        EXECUTE format('UPDATE layer.%I SET geom = ST_ForcePolygonCCW(geom) WHERE NOT ST_IsPolygonCCW(geom)', layer);
    END LOOP;
END $$;
