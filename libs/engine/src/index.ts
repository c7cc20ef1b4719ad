export * from './bus.ts';
export * from './engine.ts';
export * from './limit-store.ts';
export * from './memory-engine.ts';
export * from './memory-limit-store.ts';
