import type { CustomFetch } from 'openid-client';
import { Egress } from '../../common/egress/egress.ts';

/**
 * Every request to the provider goes through here. Its address is the operator's choice and may be in a private network; what it
 * names as its endpoints is held to the same bounds.
 */
const egress = new Egress({ reach: 'private', mostBytes: 1024 * 1024, totalMilliseconds: 15_000 });

export const askIssuer = (url: string, options: RequestInit): Promise<Response> => egress.fetch(url, options);

/** The same, as openid-client wants it. */
export const issuerFetch: CustomFetch = (url, options) => askIssuer(url, options as RequestInit);
