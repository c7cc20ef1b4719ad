/** Says whether the node may write at all. Taken by every write of the core, so that a claim waits for it and then outdates it. */
export const HELD = `SELECT 1 FROM node WHERE id = $1 AND epoch = $2 AND lease_until > clock_timestamp() FOR KEY SHARE`;
