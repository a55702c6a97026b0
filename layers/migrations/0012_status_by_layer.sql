-- As it was, but whether a layer is public is found out once for a query: asked of the function it was once for each
-- entry (measured: 20 µs each, so that a layer of 86 sites with 300 entries each took half a second).
CREATE OR REPLACE VIEW public_status WITH (security_barrier) AS
    SELECT id, layer, feature_id, at, state, values, source, xid FROM layers_statusentry
    WHERE layer IN (SELECT id FROM layers_layer
                    WHERE retired_at IS NULL AND coalesce(definition->>'visibility', 'public') = 'public');
