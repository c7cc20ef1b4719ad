import { type EndedSessions, type Page, PathId, ROUTES, type Session } from '@chatbox/contracts';
import { Controller, Delete, Get, HttpCode, Param } from '@nestjs/common';
import { type From, Origin } from '../common/audit-log.ts';
import { Can, type Identity, Who } from '../common/identity.ts';
import { shaped } from '../common/zod.pipe.ts';
import { Sessions, toSession } from './sessions.ts';

@Controller()
export class SessionsController {
  constructor(private readonly sessions: Sessions) {}

  @Can('sessions', 'read')
  @Get(ROUTES['sessions.list'].path)
  async list(@Who() who: Identity): Promise<Page<Session>> {
    const rows = await this.sessions.list(who);
    return { items: rows.map((row) => toSession(row, who.sessionId)), nextCursor: null };
  }

  @Can('sessions', 'end')
  @Delete(ROUTES['sessions.end'].path)
  @HttpCode(ROUTES['sessions.end'].status)
  async end(@Who() who: Identity, @Origin() from: From, @Param('id', shaped(PathId)) id: string): Promise<void> {
    await this.sessions.end(who, id, 'ended_by_user', from);
  }

  @Can('sessions', 'end')
  @Delete(ROUTES['sessions.end_others'].path)
  async endOthers(@Who() who: Identity, @Origin() from: From): Promise<EndedSessions> {
    return { ended: await this.sessions.endOthers(who, from) };
  }
}
