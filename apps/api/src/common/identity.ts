import type { Role } from '@chatbox/contracts';
import { createParamDecorator, type ExecutionContext, SetMetadata } from '@nestjs/common';

/** Who is asking. Made by the global guard (HTTP) and by the socket's handshake; use cases take it as an argument. */
export interface Identity {
  readonly userId: string;
  readonly email: string;
  readonly role: Role;
  readonly sessionId: string;
}

export const PUBLIC = 'chatbox:public';
/** Opens a route to everybody. Without it a route is closed. */
export const Public = (): MethodDecorator & ClassDecorator => SetMetadata(PUBLIC, true);

export const OWNER_ONLY = 'chatbox:owner';
export const OwnerOnly = (): MethodDecorator & ClassDecorator => SetMetadata(OWNER_ONLY, true);

/** The identity the global guard put on the request. */
export const Who = createParamDecorator((_: unknown, context: ExecutionContext): Identity => {
  const request = context.switchToHttp().getRequest<{ identity?: Identity }>();
  if (!request.identity) throw new Error('@Who on a public route');
  return request.identity;
});
