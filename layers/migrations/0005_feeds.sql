-- The log of live status only grows: it is the chronology of an emergency.
CREATE FUNCTION history.keep_status() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the status log is append-only' USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON layers_statusentry
    FOR EACH ROW EXECUTE FUNCTION history.keep_status();
CREATE TRIGGER never_truncated BEFORE TRUNCATE ON layers_statusentry
    FOR EACH STATEMENT EXECUTE FUNCTION history.keep_status();

-- What the public role may read of it: public layers only, and never who wrote it.
CREATE FUNCTION public_layer(layer text) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT EXISTS (SELECT FROM layers_layer
                   WHERE id = layer AND retired_at IS NULL AND coalesce(definition->>'visibility', 'public') = 'public')
$$;
CREATE VIEW public_status WITH (security_barrier) AS
    SELECT id, layer, feature_id, at, state, values, source FROM layers_statusentry WHERE public_layer(layer);
CREATE VIEW public_camera WITH (security_barrier) AS
    SELECT layer, feature_id, checked_at, fetched_at, taken_at, sha256, path, media_type, width, height, unchanged, failures
    FROM layers_cameraimage WHERE public_layer(layer);
CREATE VIEW public_alert WITH (security_barrier) AS
    SELECT id, source, identifier, sender, series, status, message_type, category, event, kind, name, level, transitional,
           severity, urgency, certainty, headline, description, instruction, areas, area, sent, effective, expires,
           superseded_at, refers_to, published_at
    FROM layers_alert WHERE published_at IS NOT NULL;
