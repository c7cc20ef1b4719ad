import type { GenerationRow } from './generation-row.ts';
import { LiveGeneration } from './live-generation.ts';

const row: GenerationRow = {
  id: '01890a5d-ac96-774b-bcce-b302099a8057',
  conversationId: '01890a5d-ac96-774b-bcce-b302099a8058',
  messageId: '01890a5d-ac96-774b-bcce-b302099a8059',
  accountId: '01890a5d-ac96-774b-bcce-b302099a8060',
  status: 'running',
  attempt: 2,
  model: 'offline/assistant',
  nodeId: 'node',
  epoch: '1',
  checkpointSeq: '0',
  stopRequestedAt: null,
  error: null,
  startedAt: new Date(),
  finishedAt: null,
};

it('takes no place in a text that was given up for a place in the new one', () => {
  const live = new LiveGeneration(row, [{ kind: 'text', text: 'an old beginning' }]);
  const old = { generationId: row.id, attempt: 2, position: 7 };
  expect(live.catchUp(old)).toEqual([expect.objectContaining({ type: 'delta', text: 'beginning' })]);
  expect(live.restart()).toMatchObject({ type: 'reset', attempt: 3, position: 0, text: '' });
  live.commit(live.receive('text', 'something else altogether'));
  expect(live.catchUp(old)).toEqual([
    expect.objectContaining({ type: 'reset', attempt: 3, text: 'something else altogether' }),
  ]);
});
