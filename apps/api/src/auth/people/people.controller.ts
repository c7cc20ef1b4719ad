import {
  type EndedSessions,
  type Page,
  PathId,
  PeopleQuery,
  type Person,
  ROUTES,
  type Session,
  UpdatePerson,
} from '@chatbox/contracts';
import { Body, Controller, Delete, Get, HttpCode, Param, Patch, Post, Query } from '@nestjs/common';
import { type From, Origin } from '../../common/audit-log.ts';
import { Can, Fresh, type Identity, Who } from '../../common/identity.ts';
import { shaped } from '../../common/zod.pipe.ts';
import { Sessions, toSession } from '../sessions.ts';
import { People } from './people.ts';
import { PeopleChanges } from './people-changes.ts';

@Controller()
export class PeopleController {
  constructor(
    private readonly people: People,
    private readonly changes: PeopleChanges,
    private readonly sessions: Sessions,
  ) {}

  @Can('people', 'read')
  @Get(ROUTES['people.list'].path)
  list(@Query(shaped(PeopleQuery)) query: PeopleQuery): Promise<Page<Person>> {
    return this.people.list(query);
  }

  @Can('people', 'read')
  @Get(ROUTES['people.read'].path)
  read(@Param('id', shaped(PathId)) id: string): Promise<Person> {
    return this.people.read(id);
  }

  @Can('people', 'set_role')
  @Fresh()
  @Patch(ROUTES['people.update'].path)
  async update(
    @Who() who: Identity,
    @Origin() from: From,
    @Param('id', shaped(PathId)) personId: string,
    @Body(shaped(UpdatePerson)) { role }: UpdatePerson,
  ): Promise<Person> {
    await this.changes.setRole({ who, from, personId }, role);
    return this.people.read(personId);
  }

  @Can('people', 'approve')
  @Post(ROUTES['people.approve'].path)
  @HttpCode(ROUTES['people.approve'].status)
  async approve(
    @Who() who: Identity,
    @Origin() from: From,
    @Param('id', shaped(PathId)) personId: string,
  ): Promise<Person> {
    await this.changes.approve({ who, from, personId });
    return this.people.read(personId);
  }

  @Can('people', 'suspend')
  @Post(ROUTES['people.suspend'].path)
  @HttpCode(ROUTES['people.suspend'].status)
  async suspend(
    @Who() who: Identity,
    @Origin() from: From,
    @Param('id', shaped(PathId)) personId: string,
  ): Promise<Person> {
    await this.changes.suspend({ who, from, personId });
    return this.people.read(personId);
  }

  @Can('people', 'suspend')
  @Post(ROUTES['people.unsuspend'].path)
  @HttpCode(ROUTES['people.unsuspend'].status)
  async unsuspend(
    @Who() who: Identity,
    @Origin() from: From,
    @Param('id', shaped(PathId)) personId: string,
  ): Promise<Person> {
    await this.changes.unsuspend({ who, from, personId });
    return this.people.read(personId);
  }

  @Can('people', 'delete')
  @Fresh()
  @Delete(ROUTES['people.remove'].path)
  @HttpCode(ROUTES['people.remove'].status)
  async remove(
    @Who() who: Identity,
    @Origin() from: From,
    @Param('id', shaped(PathId)) personId: string,
  ): Promise<void> {
    await this.changes.remove({ who, from, personId });
  }

  @Can('people', 'read')
  @Get(ROUTES['people.sessions'].path)
  async sessionsOf(@Who() who: Identity, @Param('id', shaped(PathId)) id: string): Promise<Page<Session>> {
    await this.people.read(id);
    const rows = await this.sessions.listOf(id);
    return { items: rows.map((row) => toSession(row, who.sessionId)), nextCursor: null };
  }

  @Can('people', 'end_sessions')
  @Delete(ROUTES['people.end_sessions'].path)
  async endSessions(
    @Who() who: Identity,
    @Origin() from: From,
    @Param('id', shaped(PathId)) personId: string,
  ): Promise<EndedSessions> {
    return { ended: await this.changes.endAllSessions({ who, from, personId }) };
  }
}
