import { CLOSE, ClientFrame, ServerEvent } from '@chatbox/contracts';
import { z } from 'zod';

/** docs/api/asyncapi.json: every frame of the socket, from the schemas that parse them. AsyncAPI 3.0. */
export const asyncapi = (): string => {
  const messages = (frames: readonly z.ZodType[], io: 'input' | 'output') =>
    Object.fromEntries(
      frames.map((frame) => {
        const payload = z.toJSONSchema(frame, { io, unrepresentable: 'any' });
        const name = (payload.properties?.type as { const?: string } | undefined)?.const ?? 'frame';
        return [name, { name, payload }];
      }),
    );
  const fromClient = messages(ClientFrame.options, 'input');
  const fromServer = messages(ServerEvent.options, 'output');
  const named = (frames: object, prefix: string) =>
    Object.fromEntries(Object.entries(frames).map(([name, frame]) => [`${prefix}_${name}`, frame]));
  const refs = (frames: object, prefix: string) =>
    Object.keys(frames).map((name) => ({ $ref: `#/channels/socket/messages/${prefix}_${name}` }));
  const document = {
    asyncapi: '3.0.0',
    info: {
      title: 'Chatbox socket',
      version: '1',
      description: `JSON text frames on /ws. Close codes: ${Object.entries(CLOSE)
        .map(([name, code]) => `${code} ${name}`)
        .join(', ')}. See socket.md.`,
    },
    channels: {
      socket: { address: '/ws', messages: { ...named(fromClient, 'client'), ...named(fromServer, 'server') } },
    },
    operations: {
      ask: { action: 'receive', channel: { $ref: '#/channels/socket' }, messages: refs(fromClient, 'client') },
      tell: { action: 'send', channel: { $ref: '#/channels/socket' }, messages: refs(fromServer, 'server') },
    },
  };
  return `${JSON.stringify(document, null, 2)}\n`;
};
