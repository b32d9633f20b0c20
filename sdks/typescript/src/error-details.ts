// The three messages of google.rpc that the exchange puts into `grpc-status-details-bin`, read by hand: their fields have
// been fixed for years, and a generator's descriptors of them would be several times as long as this.

import { BinaryReader } from "@bufbuild/protobuf/wire";

/** What a status tells beside its code and message. */
export interface StatusDetails {
  /** Name of a RejectReason without its prefix; empty when none was given. */
  readonly reason: string;
  /** Path of the field at fault, or empty. */
  readonly field: string;
  readonly metadata: Readonly<Record<string, string>>;
  /** How long to wait before the next attempt, milliseconds. */
  readonly retryAfterMs: number | undefined;
}

/** A detail as it comes: the name of a message, and its bytes. */
export interface PackedDetail {
  readonly type: string;
  readonly value: Uint8Array;
}

/** Read what the details of a status say. One that cannot be read is left out: it must not hide the error. */
export function readDetails(details: readonly PackedDetail[]): StatusDetails {
  let [reason, field]: string[] = ["", ""];
  const metadata: Record<string, string> = {};
  let retryAfterMs: number | undefined;
  for (const { type, value } of details) {
    try {
      if (type === "google.rpc.ErrorInfo") {
        const info = errorInfo(value);
        reason = info.reason;
        Object.assign(metadata, info.metadata);
      } else if (type === "google.rpc.BadRequest") field = firstField(value);
      else if (type === "google.rpc.RetryInfo") retryAfterMs = retryDelayMs(value);
    } catch {}
  }
  return { reason: reason ?? "", field: field ?? "", metadata, retryAfterMs };
}

/** ErrorInfo: reason = 1, domain = 2, map metadata = 3. */
function errorInfo(bytes: Uint8Array): { reason: string; metadata: Record<string, string> } {
  let reason = "";
  const metadata: Record<string, string> = {};
  readFields(bytes, {
    1: (reader) => {
      reason = reader.string();
    },
    3: (reader) => {
      let [key, value] = ["", ""];
      readFields(reader.bytes(), {
        1: (entry) => {
          key = entry.string();
        },
        2: (entry) => {
          value = entry.string();
        },
      });
      metadata[key] = value;
    },
  });
  return { reason, metadata };
}

/** BadRequest: repeated field_violations = 1, of each field = 1. */
function firstField(bytes: Uint8Array): string {
  const fields: string[] = [];
  readFields(bytes, {
    1: (reader) =>
      readFields(reader.bytes(), {
        1: (violation) => {
          fields.push(violation.string());
        },
      }),
  });
  return fields[0] ?? "";
}

/** RetryInfo: google.protobuf.Duration retry_delay = 1, of which seconds = 1, nanos = 2. */
function retryDelayMs(bytes: Uint8Array): number {
  let delayMs = 0;
  readFields(bytes, {
    1: (reader) =>
      readFields(reader.bytes(), {
        1: (duration) => {
          delayMs += Number(duration.int64()) * 1000;
        },
        2: (duration) => {
          delayMs += duration.int32() / 1e6;
        },
      }),
  });
  return delayMs;
}

function readFields(bytes: Uint8Array, readers: Readonly<Record<number, (reader: BinaryReader) => void>>): void {
  const reader = new BinaryReader(bytes);
  while (reader.pos < reader.len) {
    const [number, type] = reader.tag();
    const read = readers[number];
    if (read) read(reader);
    else reader.skip(type, number);
  }
}
