-- As before (0007), but the extent of a layer that only gets more rows is not read anew from all of them.
CREATE OR REPLACE FUNCTION history.book(layer text, added_ bigint, changed_ bigint, removed_ bigint, box box2d)
RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    raised bigint := history.revision(layer);
    area geometry := ST_SetSRID(box::geometry, 4326);
    extent_ geometry;
BEGIN
    UPDATE layers_revision
    SET added = added + added_, changed = changed + changed_, removed = removed + removed_,
        envelope = ST_Envelope(ST_Collect(envelope, area))
    WHERE layer_id = layer AND revision = raised;
    SELECT extent INTO extent_ FROM layers_layer WHERE id = layer;
    -- New rows can only widen the extent; a change well inside it cannot have moved its edges.
    IF changed_ + removed_ = 0 THEN
        extent_ := ST_Envelope(ST_Collect(extent_, area));
    ELSIF extent_ IS NULL OR NOT ST_ContainsProperly(extent_, area) THEN
        EXECUTE format('SELECT ST_SetSRID(ST_Extent(geom)::geometry, 4326) FROM layer.%I', layer) INTO extent_;
    END IF;
    UPDATE layers_layer
    SET feature_count = feature_count + added_ - removed_,
        extent = CASE WHEN extent_ IS NULL THEN NULL
                      ELSE ST_MakeEnvelope(ST_XMin(extent_), ST_YMin(extent_), ST_XMax(extent_), ST_YMax(extent_), 4326)
                 END
    WHERE id = layer;
    PERFORM history.tell('machizu_layer_changed', jsonb_build_object(
        'layer', layer, 'revision', raised,
        'envelope', jsonb_build_array(ST_XMin(box), ST_YMin(box), ST_XMax(box), ST_YMax(box))));
END $$;
