/**
 * Which partition a key belongs to: FNV-1a over its UTF-8 bytes, then the finaliser of MurmurHash3, so that names that
 * differ in one digit (cam1, cam2, …) spread evenly. Both logs use it, so a record's place never depends on which runs.
 */
export function hashPartition(key: string, partitions: number): number {
  if (partitions === 1) return 0;
  let hash = 0x811c9dc5;
  for (const byte of Buffer.from(key, 'utf8')) hash = Math.imul(hash ^ byte, 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0) % partitions;
}
