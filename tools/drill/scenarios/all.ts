import type { Scenario } from '../scenario.ts';
import { linkCut, linkHalfOpen, linkSlow, nginxReloaded } from './links.ts';
import {
  connectionsExhausted,
  databaseSilent,
  databaseSlow,
  databaseSplit,
  diskFull,
  postgresKilled,
  postgresStopped,
  promoted,
} from './postgres.ts';
import { reconnect } from './reconnect.ts';
import { redisFlushed, redisFull, redisGone, redisGoneLong, redisKilled, redisSplit, redisStopped } from './redis.ts';
import { killAll, killOwner, killServing, rolling, zombie } from './replicas.ts';
import { slowReader } from './slow-reader.ts';

/** In the order of a round. */
export const SCENARIOS: readonly Scenario[] = [
  killOwner,
  redisKilled,
  linkCut,
  zombie,
  databaseSlow,
  killServing,
  redisFlushed,
  linkHalfOpen,
  postgresKilled,
  redisGone,
  nginxReloaded,
  promoted,
  linkSlow,
  redisStopped,
  databaseSilent,
  redisFull,
  postgresStopped,
  databaseSplit,
  connectionsExhausted,
  redisSplit,
  diskFull,
  killAll,
  rolling,
  redisGoneLong,
  slowReader,
  reconnect,
];

/** A round of a minute, for every change of the code. */
export const SHORT = ['kill-owner', 'redis-gone', 'zombie', 'promoted'];
