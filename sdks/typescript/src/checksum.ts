// Checksums that prove a local copy of a book or of its queues: CRC-32 over the digits of its best levels or orders.

const TABLE = /* @__PURE__ */ makeTable();

function makeTable(): Uint32Array {
  const table = new Uint32Array(256);
  for (let byte = 0; byte < 256; byte++) {
    let value = byte;
    for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
    table[byte] = value;
  }
  return table;
}

/** Return the CRC-32 (IEEE, as zlib's) of ASCII text, as an unsigned number. */
export function crc32(text: string): number {
  let crc = 0xffffffff;
  for (let at = 0; at < text.length; at++) {
    crc = (crc >>> 8) ^ (TABLE[(crc ^ text.charCodeAt(at)) & 0xff] as number);
  }
  return (crc ^ 0xffffffff) >>> 0;
}

const PLAIN = /^(-?)(\d+)(?:\.(\d+))?$/;

/**
 * Return the digits of value × 10^decimals, exact and without leading zeros: "51.5" with 1 is "515", 0 is "0".
 * Throws RangeError for text that is no plain decimal, or that has more decimals than that.
 */
export function scaledDigits(text: string, decimals: number): string {
  const match = PLAIN.exec(text);
  if (match === null) throw new RangeError(`${JSON.stringify(text)} is no plain decimal`);
  const [, sign = "", whole = "", fraction = ""] = match;
  if (/[1-9]/.test(fraction.slice(decimals))) throw new RangeError(`${text} has more than ${decimals} decimals`);
  const digits = (whole + fraction.slice(0, decimals).padEnd(decimals, "0")).replace(/^0+(?=\d)/, "");
  return digits === "0" ? digits : sign + digits;
}
