import { KILLS, keepsItsPromises, SEED } from './support/crash-run.ts';

keepsItsPromises(SEED + 1, Math.ceil(KILLS / 3));
