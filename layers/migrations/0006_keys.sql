-- Who holds a key: told only to whoever shows the key's own digest. So the role of the API's public reads can
-- neither list keys nor read digests.
CREATE FUNCTION api_key(wanted text) RETURNS json
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT json_build_object(
               'id', id, 'name', name, 'role', role, 'department', department_id, 'layers', layers,
               'expires_at', extract(epoch FROM expires_at), 'rate', rate, 'quota', quota,
               'used_today', CASE WHEN used_on = current_date THEN used_today ELSE 0 END)
    FROM layers_apikey WHERE digest = wanted AND revoked_at IS NULL
$$;
REVOKE EXECUTE ON FUNCTION api_key FROM PUBLIC;

-- What the API remembers of keys and sessions is out of date: it forgets it at once.
CREATE FUNCTION history.forget_identities() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('machizu_identity_changed', '');
    RETURN NULL;
END $$;
-- Not of every column: that a key was used, or that a user logged in, changes nobody's rights.
CREATE TRIGGER forget AFTER DELETE OR UPDATE OF name, role, department_id, layers, expires_at, rate, quota, revoked_at
    ON layers_apikey FOR EACH STATEMENT EXECUTE FUNCTION history.forget_identities();
CREATE TRIGGER forget AFTER INSERT OR UPDATE OR DELETE ON layers_membership
    FOR EACH STATEMENT EXECUTE FUNCTION history.forget_identities();
CREATE TRIGGER forget AFTER INSERT OR UPDATE OR DELETE ON layers_elevation
    FOR EACH STATEMENT EXECUTE FUNCTION history.forget_identities();
CREATE TRIGGER forget AFTER UPDATE ON layers_situation
    FOR EACH STATEMENT EXECUTE FUNCTION history.forget_identities();
CREATE TRIGGER forget AFTER DELETE OR UPDATE OF username, password, is_active ON auth_user
    FOR EACH STATEMENT EXECUTE FUNCTION history.forget_identities();
CREATE TRIGGER forget AFTER DELETE ON django_session
    FOR EACH STATEMENT EXECUTE FUNCTION history.forget_identities();
