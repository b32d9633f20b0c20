// The exchange's health, by gRPC's own protocol for it (grpc.health.v1).

import type { Message } from "@bufbuild/protobuf";
import { fileDesc, type GenMessage, type GenService, messageDesc, serviceDesc } from "@bufbuild/protobuf/codegenv2";
import { type Operation, read } from "./operations.ts";

/** SERVING: it takes calls; NOT_SERVING: it is starting or ending. */
export type HealthStatus = "UNKNOWN" | "SERVING" | "NOT_SERVING" | "SERVICE_UNKNOWN";

// As protoc-gen-es writes them, of `rpc Check(HealthCheckRequest { string service = 1 }) returns (HealthCheckResponse {
// ServingStatus status = 1 })`.
const file = /*@__PURE__*/ fileDesc(
  "ChtncnBjX2hlYWx0aC92MS9oZWFsdGgucHJvdG8SDmdycGMuaGVhbHRoLnYxIiUKEkhlYWx0aENoZWNrUmVxdWVzdBIPCgdzZXJ2aWNlGAEgASgJIqkB" +
    "ChNIZWFsdGhDaGVja1Jlc3BvbnNlEkEKBnN0YXR1cxgBIAEoDjIxLmdycGMuaGVhbHRoLnYxLkhlYWx0aENoZWNrUmVzcG9uc2UuU2VydmluZ1N0YXR1" +
    "cyJPCg1TZXJ2aW5nU3RhdHVzEgsKB1VOS05PV04QABILCgdTRVJWSU5HEAESDwoLTk9UX1NFUlZJTkcQAhITCg9TRVJWSUNFX1VOS05PV04QAzJaCgZI" +
    "ZWFsdGgSUAoFQ2hlY2sSIi5ncnBjLmhlYWx0aC52MS5IZWFsdGhDaGVja1JlcXVlc3QaIy5ncnBjLmhlYWx0aC52MS5IZWFsdGhDaGVja1Jlc3BvbnNl" +
    "YgZwcm90bzM=",
);

type CheckRequest = Message<"grpc.health.v1.HealthCheckRequest"> & { service: string };
type CheckResponse = Message<"grpc.health.v1.HealthCheckResponse"> & { status: number };

const CheckRequestSchema: GenMessage<CheckRequest> = /*@__PURE__*/ messageDesc(file, 0);
const CheckResponseSchema: GenMessage<CheckResponse> = /*@__PURE__*/ messageDesc(file, 1);

const Health: GenService<{
  check: { methodKind: "unary"; input: typeof CheckRequestSchema; output: typeof CheckResponseSchema };
}> = /*@__PURE__*/ serviceDesc(file, 0);

// In the order of their numbers.
const STATUSES: readonly HealthStatus[] = ["UNKNOWN", "SERVING", "NOT_SERVING", "SERVICE_UNKNOWN"];

/** Of one service by its full name, or of the whole exchange. */
export function checkHealth(service: string): Operation<HealthStatus> {
  return read(Health.method.check, { service }, (answer) => STATUSES[answer.status] ?? "UNKNOWN");
}
