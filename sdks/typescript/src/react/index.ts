// React hooks over the exchange's streams.

export {};
