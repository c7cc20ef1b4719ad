import type { z } from 'zod';
import { AuditFilter, AuditQuery, AuditRecord, AuditVerification } from './audit.ts';
import {
  AuthResult,
  CreateInvitation,
  Invitation,
  Login,
  Refresh,
  Register,
  Session,
  Settings,
  Setup,
  UpdateProfile,
  UpdateSettings,
  User,
} from './auth.ts';
import {
  Accepted,
  Conversation,
  CreateConversation,
  Message,
  MessagesQuery,
  Regenerate,
  SendMessage,
  StopResult,
  UpdateConversation,
} from './chat.ts';
import { Id, PageQuery, page } from './common.ts';
import { Health } from './health.ts';
import {
  Connection,
  ConnectionTest,
  CreateConnection,
  LocalServer,
  ModelList,
  TestConnection,
  UpdateConnection,
} from './models.ts';
import type { Right } from './rights.ts';

export type Method = 'GET' | 'POST' | 'PATCH' | 'DELETE';
export interface Route {
  method: Method;
  /** Express-style: `:id` is a path parameter, a UUID unless `idSchema` says otherwise. */
  path: string;
  summary: string;
  status: number;
  /** `public` needs no identity; `user` a person with a session, never a key; `owner` the owner; a right of the table, whoever has it. */
  access: 'public' | 'user' | 'owner' | Right;
  query?: z.ZodType;
  body?: z.ZodType;
  response?: z.ZodType;
  /** The answer is a file of this type. */
  download?: string;
  /** The answer is a stream of server-sent events (stream.ts). */
  events?: true;
}

/** Every REST route, said once: the controllers, the OpenAPI document, the client and the route tests read this table. */
export const ROUTES = {
  'setup.read': {
    method: 'GET',
    path: '/api/v1/setup',
    summary: 'What the sign-in page needs',
    status: 200,
    access: 'public',
    response: Setup,
  },

  'auth.register': {
    method: 'POST',
    path: '/api/v1/auth/register',
    summary: 'Create an account; the first becomes the owner',
    status: 201,
    access: 'public',
    body: Register,
    response: AuthResult,
  },
  'auth.login': {
    method: 'POST',
    path: '/api/v1/auth/login',
    summary: 'Sign in',
    status: 200,
    access: 'public',
    body: Login,
    response: AuthResult,
  },
  'auth.refresh': {
    method: 'POST',
    path: '/api/v1/auth/refresh',
    summary: 'Exchange a refresh token for new tokens',
    status: 200,
    access: 'public',
    body: Refresh,
    response: AuthResult,
  },
  'auth.logout': {
    method: 'POST',
    path: '/api/v1/auth/logout',
    summary: 'End this session',
    status: 204,
    access: 'user',
  },
  'auth.me': {
    method: 'GET',
    path: '/api/v1/auth/me',
    summary: 'Who is signed in',
    status: 200,
    access: { resource: 'profile', action: 'read' },
    response: User,
  },
  'auth.update_me': {
    method: 'PATCH',
    path: '/api/v1/auth/me',
    summary: 'Change the own profile',
    status: 200,
    access: { resource: 'profile', action: 'write' },
    body: UpdateProfile,
    response: User,
  },
  'sessions.list': {
    method: 'GET',
    path: '/api/v1/auth/sessions',
    summary: 'Own sessions',
    status: 200,
    access: { resource: 'sessions', action: 'read' },
    response: page(Session),
  },
  'sessions.end': {
    method: 'DELETE',
    path: '/api/v1/auth/sessions/:id',
    summary: 'End one of the own sessions',
    status: 204,
    access: { resource: 'sessions', action: 'end' },
  },

  'settings.read': {
    method: 'GET',
    path: '/api/v1/admin/settings',
    summary: 'Settings of the installation',
    status: 200,
    access: { resource: 'settings', action: 'read' },
    response: Settings,
  },
  'settings.update': {
    method: 'PATCH',
    path: '/api/v1/admin/settings',
    summary: 'Change settings',
    status: 200,
    access: { resource: 'settings', action: 'write' },
    body: UpdateSettings,
    response: Settings,
  },
  'invitations.list': {
    method: 'GET',
    path: '/api/v1/admin/invitations',
    summary: 'Invitations',
    status: 200,
    access: { resource: 'invitations', action: 'read' },
    response: page(Invitation),
  },
  'invitations.create': {
    method: 'POST',
    path: '/api/v1/admin/invitations',
    summary: 'Invite somebody',
    status: 201,
    access: { resource: 'invitations', action: 'write' },
    body: CreateInvitation,
    response: Invitation,
  },
  'invitations.revoke': {
    method: 'DELETE',
    path: '/api/v1/admin/invitations/:id',
    summary: 'Take an invitation back',
    status: 204,
    access: { resource: 'invitations', action: 'write' },
  },

  'audit.list': {
    method: 'GET',
    path: '/api/v1/admin/audit',
    summary: 'Who changed what, the latest first',
    status: 200,
    access: { resource: 'audit', action: 'read' },
    query: AuditQuery,
    response: page(AuditRecord),
  },
  'audit.export': {
    method: 'GET',
    path: '/api/v1/admin/audit/export',
    summary: 'The audit log as a CSV file',
    status: 200,
    access: { resource: 'audit', action: 'read' },
    query: AuditFilter,
    download: 'text/csv',
  },
  'audit.verify': {
    method: 'GET',
    path: '/api/v1/admin/audit/verification',
    summary: 'Whether the audit log is whole and unchanged',
    status: 200,
    access: { resource: 'audit', action: 'read' },
    response: AuditVerification,
  },

  'models.list': {
    method: 'GET',
    path: '/api/v1/models',
    summary: 'Models that can be chosen',
    status: 200,
    access: { resource: 'models', action: 'read' },
    response: ModelList,
  },
  'connections.list': {
    method: 'GET',
    path: '/api/v1/admin/connections',
    summary: 'Connections to model providers',
    status: 200,
    access: { resource: 'connections', action: 'read' },
    response: page(Connection),
  },
  'connections.create': {
    method: 'POST',
    path: '/api/v1/admin/connections',
    summary: 'Connect a provider',
    status: 201,
    access: { resource: 'connections', action: 'write' },
    body: CreateConnection,
    response: Connection,
  },
  'connections.update': {
    method: 'PATCH',
    path: '/api/v1/admin/connections/:id',
    summary: 'Change a connection',
    status: 200,
    access: { resource: 'connections', action: 'write' },
    body: UpdateConnection,
    response: Connection,
  },
  'connections.remove': {
    method: 'DELETE',
    path: '/api/v1/admin/connections/:id',
    summary: 'Remove a connection',
    status: 204,
    access: { resource: 'connections', action: 'write' },
  },
  'connections.try': {
    method: 'POST',
    path: '/api/v1/admin/connections/test',
    summary: 'Try a connection before keeping it',
    status: 200,
    access: { resource: 'connections', action: 'write' },
    body: TestConnection,
    response: ConnectionTest,
  },
  'connections.test': {
    method: 'POST',
    path: '/api/v1/admin/connections/:id/test',
    summary: 'Test a kept connection',
    status: 200,
    access: { resource: 'connections', action: 'write' },
    response: ConnectionTest,
  },
  'local_servers.list': {
    method: 'GET',
    path: '/api/v1/admin/local-servers',
    summary: 'Model servers found on this machine',
    status: 200,
    access: { resource: 'connections', action: 'read' },
    response: page(LocalServer),
  },

  'conversations.list': {
    method: 'GET',
    path: '/api/v1/conversations',
    summary: 'Own conversations, the latest first',
    status: 200,
    access: { resource: 'conversations', action: 'read' },
    query: PageQuery,
    response: page(Conversation),
  },
  'conversations.create': {
    method: 'POST',
    path: '/api/v1/conversations',
    summary: 'Begin a conversation',
    status: 201,
    access: { resource: 'conversations', action: 'write' },
    body: CreateConversation,
    response: Conversation,
  },
  'conversations.read': {
    method: 'GET',
    path: '/api/v1/conversations/:id',
    summary: 'One conversation',
    status: 200,
    access: { resource: 'conversations', action: 'read' },
    response: Conversation,
  },
  'conversations.update': {
    method: 'PATCH',
    path: '/api/v1/conversations/:id',
    summary: 'Rename, or change model, system prompt or branch',
    status: 200,
    access: { resource: 'conversations', action: 'write' },
    body: UpdateConversation,
    response: Conversation,
  },
  'conversations.delete': {
    method: 'DELETE',
    path: '/api/v1/conversations/:id',
    summary: 'Delete a conversation',
    status: 204,
    access: { resource: 'conversations', action: 'write' },
  },
  'conversations.restore': {
    method: 'POST',
    path: '/api/v1/conversations/:id/restore',
    summary: 'Undo a deletion, within a day',
    status: 200,
    access: { resource: 'conversations', action: 'write' },
    response: Conversation,
  },
  'messages.list': {
    method: 'GET',
    path: '/api/v1/conversations/:id/messages',
    summary: 'Messages of all branches; a page is in order of creation, the last page first',
    status: 200,
    access: { resource: 'conversations', action: 'read' },
    query: MessagesQuery,
    response: page(Message),
  },
  'messages.send': {
    method: 'POST',
    path: '/api/v1/conversations/:id/messages',
    summary: 'Send a message and have it answered',
    status: 202,
    access: { resource: 'messages', action: 'send' },
    body: SendMessage,
    response: Accepted,
  },
  'messages.regenerate': {
    method: 'POST',
    path: '/api/v1/messages/:id/regenerate',
    summary: 'Answer again, as a sibling',
    status: 202,
    access: { resource: 'messages', action: 'send' },
    body: Regenerate,
    response: Accepted,
  },
  'generations.read': {
    method: 'GET',
    path: '/api/v1/generations/:id',
    summary: 'State of a generation',
    status: 200,
    access: { resource: 'conversations', action: 'read' },
    response: StopResult.shape.generation,
  },
  'generations.stop': {
    method: 'POST',
    path: '/api/v1/generations/:id/stop',
    summary: 'Stop a generation',
    status: 200,
    access: { resource: 'generations', action: 'stop' },
    response: StopResult,
  },
  'generations.events': {
    method: 'GET',
    path: '/api/v1/generations/:id/events',
    summary: 'Follow a generation',
    status: 200,
    access: { resource: 'conversations', action: 'read' },
    events: true,
  },

  'health.live': {
    method: 'GET',
    path: '/health/live',
    summary: 'This process',
    status: 200,
    access: 'public',
    response: Health,
  },
  'health.ready': {
    method: 'GET',
    path: '/health/ready',
    summary: 'Its dependencies',
    status: 200,
    access: 'public',
    response: Health,
  },
} as const satisfies Record<string, Route>;

export type RouteName = keyof typeof ROUTES;
export const PathId = Id;
