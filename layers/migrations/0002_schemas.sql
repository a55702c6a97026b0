-- What every layer's triggers share. SECURITY DEFINER: whoever may write a layer's table (QGIS, psql) has his
-- change recorded without any right on the history itself.

-- `layer`: one typed table a layer. `history`: what those tables held before. `stage`: one table a waiting load.
CREATE SCHEMA layer;
CREATE SCHEMA history;
CREATE SCHEMA stage;

-- The layer's revision in this transaction: raised at the first change, the same until the transaction ends.
-- The registry's row stays locked until then, so revisions of a layer are ordered as their commits are.
CREATE FUNCTION history.revision(layer text) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    setting text := 'machizu.revision_' || layer;
    current bigint := nullif(current_setting(setting, true), '')::bigint;
    raised bigint;
    moment timestamptz;
BEGIN
    IF current IS NOT NULL THEN
        RETURN current;
    END IF;
    UPDATE layers_layer SET revision = revision + 1 WHERE id = layer RETURNING revision INTO raised;
    -- Read after the lock is held: later revisions have later instants, whatever transactions began when.
    moment := clock_timestamp();
    UPDATE layers_layer SET updated_at = moment WHERE id = layer;
    INSERT INTO layers_revision (layer_id, revision, at, actor, load_id, reason, added, changed, removed)
    VALUES (layer, raised, moment,
            coalesce(nullif(current_setting('machizu.actor', true), ''), session_user),
            nullif(current_setting('machizu.load', true), '')::bigint,
            coalesce(current_setting('machizu.reason', true), ''), 0, 0, 0);
    PERFORM set_config(setting, raised::text, true);
    RETURN raised;
END $$;

-- Gives a row written by any road the revision that wrote it.
CREATE FUNCTION history.stamp() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    NEW.version := history.revision(TG_TABLE_NAME);
    NEW.changed_at := (SELECT at FROM layers_revision WHERE layer_id = TG_TABLE_NAME AND revision = NEW.version);
    NEW.load_id := nullif(current_setting('machizu.load', true), '')::bigint;
    RETURN NEW;
END $$;

-- Books a statement's change: counts and envelope of the revision, count and extent of the layer, and the
-- notice to whoever listens.
CREATE FUNCTION history.book(layer text, added_ bigint, changed_ bigint, removed_ bigint, box box2d)
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
    PERFORM pg_notify('machizu_layer_changed', json_build_object(
        'layer', layer, 'revision', raised,
        'envelope', json_build_array(ST_XMin(box), ST_YMin(box), ST_XMax(box), ST_YMax(box)))::text);
END $$;

-- Whether a text can become a value of another type: what a change of a field's type asks first.
CREATE FUNCTION history.castable(value text, target text) RETURNS boolean
LANGUAGE plpgsql STABLE SET search_path = public, pg_temp AS $$
BEGIN
    EXECUTE format('SELECT %L::%s', value, target::regtype);
    RETURN true;
EXCEPTION WHEN data_exception THEN
    RETURN false;
END $$;

-- The audit only grows. What is older than its term goes by a purge, which says so by this setting.
CREATE FUNCTION history.keep_audit() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' AND current_setting('machizu.purge', true) = 'audit' THEN
        RETURN OLD;
    END IF;
    RAISE EXCEPTION 'the audit is append-only' USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON layers_auditentry
    FOR EACH ROW EXECUTE FUNCTION history.keep_audit();
CREATE TRIGGER never_truncated BEFORE TRUNCATE ON layers_auditentry
    FOR EACH STATEMENT EXECUTE FUNCTION history.keep_audit();
