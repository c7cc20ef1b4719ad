import { KILLS, keepsItsPromises, SEED } from './support/crash-run.ts';

keepsItsPromises(SEED + 2, Math.ceil(KILLS / 3));
