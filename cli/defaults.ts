/** Taken on few machines, unlike 3000 and 8080. */
export const defaultPort = 8420;
/** ClickHouse's own HTTP port is 8123; the door stands beside it, so that a server on the same machine does not clash. */
export const defaultDoorPort = 8421;
