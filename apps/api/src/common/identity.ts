import type { ActionOn, Resource, Right, Role, Scope } from '@chatbox/contracts';
import { createParamDecorator, type ExecutionContext, SetMetadata } from '@nestjs/common';

/** Who is asking. Made by the global guard (HTTP) and by the socket's handshake; use cases take it as an argument. */
export interface Identity {
  readonly userId: string;
  readonly email: string;
  readonly role: Role;
  /** As the person wants to be called. */
  readonly name: string | null;
  /** Of the account. */
  readonly createdAt: Date;
  /** Of a key: the key's id. What ends the one or the other is announced by this id. */
  readonly sessionId: string;
  /** Until when what was shown counts: a token's hour, a session, a key. What outlives its request ends then. */
  readonly expiresAt?: Date;
  /** Given where a key asks, not a person: all it may do, within what its owner may do. */
  readonly key?: { readonly id: string; readonly prefix: string; readonly scopes: readonly Scope[] };
}

export const PUBLIC = 'chatbox:public';
/** Opens a route to everybody. Without it a route is closed. */
export const Public = (): MethodDecorator & ClassDecorator => SetMetadata(PUBLIC, true);

export const RIGHT = 'chatbox:right';
/** Opens a route to whoever has this right. Without it (and without `@Public()`) a route is for any person with a session, and for no key. */
export const Can = <R extends Resource>(resource: R, action: ActionOn<R>): MethodDecorator & ClassDecorator =>
  SetMetadata(RIGHT, { resource, action } as Right);

export const FRESH = 'chatbox:fresh';
/** For sensitive changes: the person must have shown a password or a second factor in this session within the last ten minutes. */
export const Fresh = (): MethodDecorator & ClassDecorator => SetMetadata(FRESH, true);

export const DURING_SETUP = 'chatbox:during-setup';
/** Open also to somebody whose role needs a second factor and who has none yet: as far as it takes to set one up. */
export const DuringSetup = (): MethodDecorator & ClassDecorator => SetMetadata(DURING_SETUP, true);

/** The identity the global guard put on the request. */
export const Who = createParamDecorator((_: unknown, context: ExecutionContext): Identity => {
  const request = context.switchToHttp().getRequest<{ identity?: Identity }>();
  if (!request.identity) throw new Error('@Who on a public route');
  return request.identity;
});
