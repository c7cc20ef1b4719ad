import { KILLS, keepsItsPromises, SEED } from './support/crash-run.ts';

keepsItsPromises(SEED + 0, Math.ceil(KILLS / 3));
