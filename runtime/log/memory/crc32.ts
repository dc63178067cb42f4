import zlib from 'node:zlib';

/** CRC-32 (IEEE 802.3). Node has it from 20.15 on; before that a table of its polynomial does. */
export const crc32: (bytes: Uint8Array) => number = typeof zlib.crc32 === 'function' ? (bytes) => zlib.crc32(bytes) : byTable();

function byTable(): (bytes: Uint8Array) => number {
  const table = Uint32Array.from({ length: 256 }, (_, byte) => {
    let value = byte;
    for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
    return value;
  });
  return (bytes) => {
    let value = 0xffffffff;
    for (const byte of bytes) value = (value >>> 8) ^ table[(value ^ byte) & 0xff]!;
    return (value ^ 0xffffffff) >>> 0;
  };
}
