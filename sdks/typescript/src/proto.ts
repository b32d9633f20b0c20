// The contract's generated messages and services, as `@exchange/sdk/proto`.

export * from "../../../gen/typescript/exchange/v1/account_service_pb.ts";
export * from "../../../gen/typescript/exchange/v1/account_streams_pb.ts";
export * from "../../../gen/typescript/exchange/v1/admin_service_pb.ts";
export * from "../../../gen/typescript/exchange/v1/market_data_service_pb.ts";
export * from "../../../gen/typescript/exchange/v1/market_streams_pb.ts";
export * from "../../../gen/typescript/exchange/v1/order_service_pb.ts";
export * from "../../../gen/typescript/exchange/v1/types_pb.ts";
