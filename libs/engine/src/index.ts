export * from './bus.ts';
export * from './engine.ts';
export * from './limit-store.ts';
export * from './memory-engine.ts';
export * from './memory-limit-store.ts';
export { isRedisAddress, RedisAddressError } from './redis-address.ts';
export * from './redis-engine.ts';
