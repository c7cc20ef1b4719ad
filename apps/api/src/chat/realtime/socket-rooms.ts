import { Engine } from '@chatbox/engine';
import { Injectable } from '@nestjs/common';
import { Authenticator } from '../../auth/authenticator.ts';
import { OpenConnections } from '../../auth/open-connections.ts';
import { Logger } from '../../common/logger.ts';
import { Metrics } from '../../metrics/metrics.ts';
import { Tracing } from '../../metrics/tracing/tracing.ts';
import { Access } from '../access.ts';
import { Fanout } from '../generations/fanout.ts';
import { Generations } from '../generations/generations.ts';
import { LiveGenerations } from '../generations/live-generations.ts';
import { Reader } from '../generations/reader.ts';
import { Messages } from '../messages/messages.ts';
import { SocketsOfPeople } from './sockets-of-people.ts';

/** What every connection needs, gathered once: a connection is made by the thousand and holds one reference. */
@Injectable()
export class SocketRooms {
  readonly heartbeatSeconds = 15;

  constructor(
    readonly authenticator: Authenticator,
    readonly open: OpenConnections,
    readonly access: Access,
    readonly messages: Messages,
    readonly generations: Generations,
    readonly alive: LiveGenerations,
    readonly reader: Reader,
    readonly fanout: Fanout,
    readonly people: SocketsOfPeople,
    readonly engine: Engine,
    readonly metrics: Metrics,
    readonly tracing: Tracing,
    readonly logger: Logger,
  ) {}
}
