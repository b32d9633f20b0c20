// Why a channel of a subscription ended: the google.rpc.Status that a stream of its own would have ended with.

import { BinaryReader } from "@bufbuild/protobuf/wire";

import type { PackedDetail } from "./error-details.ts";
import { fromStatus } from "./error-mapping.ts";
import type { ExchangeError } from "./errors.ts";
import type { ChannelClosed } from "./proto.ts";
import { statusCode } from "./status-codes.ts";

/** Build the error that a channel ended with, as its own stream would have thrown it. */
export function closedError(message: ChannelClosed): ExchangeError {
  const code = statusCode(message.code);
  return fromStatus(code === "OK" ? "UNAVAILABLE" : code, message.message, statusDetails(message.statusDetails));
}

/** Status: repeated google.protobuf.Any details = 3, of which type_url = 1, value = 2. */
function statusDetails(bytes: Uint8Array): PackedDetail[] {
  const details: PackedDetail[] = [];
  const reader = new BinaryReader(bytes);
  while (reader.pos < reader.len) {
    const [number, type] = reader.tag();
    if (number === 3) details.push(packed(reader.bytes()));
    else reader.skip(type, number);
  }
  return details;
}

function packed(bytes: Uint8Array): PackedDetail {
  let [type, value] = ["", new Uint8Array()];
  const reader = new BinaryReader(bytes);
  while (reader.pos < reader.len) {
    const [number, wireType] = reader.tag();
    if (number === 1) type = reader.string().replace(/^.*\//, "");
    else if (number === 2) value = new Uint8Array(reader.bytes());
    else reader.skip(wireType, number);
  }
  return { type, value };
}
