import {
  type Connection,
  type ConnectionTest,
  CreateConnection,
  Id,
  type LocalServer,
  type Page,
  ROUTES,
  TestConnection,
  UpdateConnection,
} from '@chatbox/contracts';
import { Body, Controller, Delete, Get, HttpCode, Param, Patch, Post } from '@nestjs/common';
import { z } from 'zod';
import { type From, Origin } from '../common/audit-log.ts';
import { Can, Fresh, type Identity, Who } from '../common/identity.ts';
import { shaped } from '../common/zod.pipe.ts';
import { Config } from '../config/config.ts';
import { ConnectionTests } from './connection-tests.ts';
import { Connections } from './connections.ts';
import { findLocalServers } from './local-servers.ts';
import { OFFLINE_LISTED } from './offline/offline.ts';

/** Connections of the environment and the built-in one are known by their short name. */
const ConnectionId = z.union([Id, z.enum(['openai', 'anthropic', 'offline'])]);

@Can('connections', 'write')
@Controller()
export class ConnectionsController {
  constructor(
    private readonly connections: Connections,
    private readonly tests: ConnectionTests,
    private readonly config: Config,
  ) {}

  @Can('connections', 'read')
  @Get(ROUTES['connections.list'].path)
  async list(): Promise<Page<Connection>> {
    const known = await this.connections.all();
    return { items: [...known.map(({ connection }) => connection), OFFLINE_LISTED], nextCursor: null };
  }

  @Fresh()
  @Post(ROUTES['connections.create'].path)
  async create(
    @Who() who: Identity,
    @Origin() from: From,
    @Body(shaped(CreateConnection)) draft: CreateConnection,
  ): Promise<Connection> {
    return (await this.connections.create(draft, { who, from })).connection;
  }

  @Fresh()
  @Patch(ROUTES['connections.update'].path)
  async update(
    @Who() who: Identity,
    @Origin() from: From,
    @Param('id', shaped(ConnectionId)) id: string,
    @Body(shaped(UpdateConnection)) change: UpdateConnection,
  ): Promise<Connection> {
    return (await this.connections.update(id, change, { who, from })).connection;
  }

  @HttpCode(ROUTES['connections.remove'].status)
  @Fresh()
  @Delete(ROUTES['connections.remove'].path)
  remove(@Who() who: Identity, @Origin() from: From, @Param('id', shaped(ConnectionId)) id: string): Promise<void> {
    return this.connections.remove(id, { who, from });
  }

  @HttpCode(ROUTES['connections.try'].status)
  @Post(ROUTES['connections.try'].path)
  try(@Body(shaped(TestConnection)) draft: TestConnection): Promise<ConnectionTest> {
    return this.tests.ofDraft(draft);
  }

  @HttpCode(ROUTES['connections.test'].status)
  @Post(ROUTES['connections.test'].path)
  test(@Param('id', shaped(ConnectionId)) id: string): Promise<ConnectionTest> {
    return this.tests.ofKept(id);
  }

  @Can('connections', 'read')
  @Get(ROUTES['local_servers.list'].path)
  async localServers(): Promise<Page<LocalServer>> {
    if (!this.config.DISCOVER_LOCAL_MODELS) return { items: [], nextCursor: null };
    const known = await this.connections.all();
    return { items: await findLocalServers(known.map(({ baseUrl }) => baseUrl)), nextCursor: null };
  }
}
