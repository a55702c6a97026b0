-- As before, and what QGIS or psql draws is as GeoJSON wants it; loads see to it themselves.
-- Outer rings run counterclockwise and holes clockwise (RFC 7946 §3.1.6): turned when written, readers need not care.
-- A geometry that is nowhere is refused: GeoJSON has no words for it, and it would spoil the layer's extent, with
-- which every later write reckons. The box tells of vertices that are nowhere, but for those that are no numbers, from
-- which the centre cannot hide.
CREATE OR REPLACE FUNCTION history.stamp() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    centre geometry := ST_Centroid(NEW.geom);
BEGIN
    IF (ST_X(centre) BETWEEN -180 AND 180 AND ST_Y(centre) BETWEEN -90 AND 90
        AND ST_XMin(NEW.geom) >= -180 AND ST_XMax(NEW.geom) <= 180
        AND ST_YMin(NEW.geom) >= -90 AND ST_YMax(NEW.geom) <= 90) IS NOT TRUE THEN
        RAISE EXCEPTION '図形が空か、座標が経度・緯度（度）ではありません。 / The geometry is empty, or not in longitude and latitude (degrees).'
            USING ERRCODE = 'invalid_parameter_value',
                  HINT = '座標参照系 EPSG:4326 の図形にしてください。 / Give a geometry in EPSG:4326.';
    END IF;
    NEW.geom := ST_ForcePolygonCCW(NEW.geom);
    NEW.version := history.revision(TG_TABLE_NAME);
    NEW.changed_at := (SELECT at FROM layers_revision WHERE layer_id = TG_TABLE_NAME AND revision = NEW.version);
    NEW.load_id := nullif(current_setting('machizu.load', true), '')::bigint;
    RETURN NEW;
END $$;

DO $$
DECLARE
    layer text;
BEGIN
    FOR layer IN SELECT id FROM layers_layer WHERE kind = 'vector' ORDER BY id LOOP
        EXECUTE format('CREATE OR REPLACE TRIGGER b_stamp BEFORE INSERT ON layer.%I FOR EACH ROW'
                       ' WHEN (NEW.version IS DISTINCT FROM nullif(current_setting(%L, true), '''')::bigint)'
                       ' EXECUTE FUNCTION history.stamp()', layer, 'machizu.revision_' || layer);
        EXECUTE format('CREATE TRIGGER b_stamp_again BEFORE UPDATE ON layer.%I FOR EACH ROW'
                       ' WHEN (NEW.version = OLD.version'
                       ' OR NEW.version IS DISTINCT FROM nullif(current_setting(%L, true), '''')::bigint)'
                       ' EXECUTE FUNCTION history.stamp()', layer, 'machizu.revision_' || layer);
        -- What would be refused now is left as it is.
        EXECUTE format('UPDATE layer.%I SET geom = ST_ForcePolygonCCW(geom) WHERE NOT ST_IsPolygonCCW(geom)'
                       ' AND geom @ ST_MakeEnvelope(-180, -90, 180, 90, 4326)', layer);
    END LOOP;
END $$;
