export * from './bus.ts';
export * from './engine.ts';
export * from './memory-engine.ts';
