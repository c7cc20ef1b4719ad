import { Injectable, type OnModuleInit } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { Identity } from '../../common/identity.ts';
import { PersonalData } from '../../common/personal-data.ts';
import { Access } from '../access.ts';
import { Generations } from '../generations/generations.ts';

const PAGE = 200;

const CONVERSATIONS = `SELECT id, title, model, system_prompt AS "systemPrompt", active_leaf_id AS "activeLeafId",
    cost_micros AS "costMicros", input_tokens AS "inputTokens", output_tokens AS "outputTokens",
    created_at AS "createdAt", updated_at AS "updatedAt", deleted_at AS "deletedAt"
  FROM conversation WHERE account_id = $1 AND ($2::uuid IS NULL OR id > $2) ORDER BY id LIMIT $3`;
const MESSAGES = `SELECT m.id, m.conversation_id AS "conversationId", m.parent_id AS "parentId", m.role, m.parts, m.model,
    m.usage, m.cost_micros AS "costMicros", m.created_at AS "createdAt"
  FROM message m JOIN conversation c ON c.id = m.conversation_id
  WHERE c.account_id = $1 AND ($2::uuid IS NULL OR m.id > $2) ORDER BY m.id LIMIT $3`;
/** What still runs in a deleted conversation finds its rows gone, and ends without a trace. */
const RUNNING = `SELECT g.id FROM generation g JOIN conversation c ON c.id = g.conversation_id
  WHERE g.account_id = $1 AND g.status = 'running' AND c.deleted_at IS NULL`;

/** What the chat keeps about a person: read page by page for the export, and stopped before the account goes. */
@Injectable()
export class PersonalConversations implements OnModuleInit {
  constructor(
    private readonly source: DataSource,
    private readonly access: Access,
    private readonly generations: Generations,
    private readonly personalData: PersonalData,
  ) {}

  onModuleInit(): void {
    this.personalData.add({
      name: 'conversations',
      records: (accountId) => this.pages(CONVERSATIONS, accountId),
      leave: (who) => this.stopAnswers(who),
    });
    this.personalData.add({ name: 'messages', records: (accountId) => this.pages(MESSAGES, accountId) });
  }

  private async *pages(statement: string, accountId: string): AsyncGenerator<object> {
    let last: string | null = null;
    do {
      const rows: { id: string }[] = await this.source.query(statement, [accountId, last, PAGE]);
      yield* rows;
      last = rows.length === PAGE ? (rows.at(-1)?.id ?? null) : null;
    } while (last !== null);
  }

  private async stopAnswers(who: Pick<Identity, 'userId'>): Promise<void> {
    const running: { id: string }[] = await this.source.query(RUNNING, [who.userId]);
    await Promise.all(running.map(async ({ id }) => this.generations.stop(await this.access.generation(id, who))));
  }
}
