-- Which transaction wrote a row. Numbers do not come in the order of commits, so a reader who stops after one
-- could miss a smaller one that commits later; a transaction's number, and the oldest one that still ran, cannot
-- deceive him so.
ALTER TABLE layers_revision ADD COLUMN xid xid8 NOT NULL DEFAULT pg_current_xact_id();
ALTER TABLE layers_statusentry ADD COLUMN xid xid8 NOT NULL DEFAULT pg_current_xact_id();
ALTER TABLE layers_alert ADD COLUMN xid xid8 NOT NULL DEFAULT pg_current_xact_id();
CREATE INDEX revision_by_transaction ON layers_revision (xid);
CREATE INDEX status_by_transaction ON layers_statusentry (xid);
CREATE INDEX alert_by_transaction ON layers_alert (xid);

-- An alert changes when it is published and when another takes its place.
CREATE FUNCTION history.note_transaction() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    NEW.xid := pg_current_xact_id();
    RETURN NEW;
END $$;
CREATE TRIGGER note_transaction BEFORE UPDATE ON layers_alert
    FOR EACH ROW EXECUTE FUNCTION history.note_transaction();

CREATE OR REPLACE VIEW public_status WITH (security_barrier) AS
    SELECT id, layer, feature_id, at, state, values, source, xid FROM layers_statusentry WHERE public_layer(layer);
CREATE OR REPLACE VIEW public_alert WITH (security_barrier) AS
    SELECT id, source, identifier, sender, series, status, message_type, category, event, kind, name, level, transitional,
           severity, urgency, certainty, headline, description, instruction, areas, area, sent, effective, expires,
           superseded_at, refers_to, published_at, xid
    FROM layers_alert WHERE published_at IS NOT NULL;

-- Tells listeners, at commit. `xid`: who tells. `before`: every transaction with a smaller number was finished when
-- this was told, so its own notice came earlier: notices come in the order of commits.
CREATE FUNCTION history.tell(channel text, notice jsonb) RETURNS void
LANGUAGE sql AS $$
    SELECT pg_notify(channel, (notice || jsonb_build_object(
        'xid', pg_current_xact_id()::text::bigint,
        'before', pg_snapshot_xmin(pg_current_snapshot())::text::bigint))::text)
$$;

-- As it was, but for the way in which it tells.
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
    -- A change well inside the extent cannot have moved its edges.
    IF extent_ IS NULL OR NOT ST_ContainsProperly(extent_, area) THEN
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
