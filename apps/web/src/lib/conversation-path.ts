export const NEW_CHAT = '/';

export const conversationPath = (id: string): string => `/c/${id}`;

/** The conversation that an address is of. */
export const conversationIn = (pathname: string): string | undefined => /^\/c\/([^/]+)$/.exec(pathname)?.[1];

/**
 * Goes from one chat to another without asking the server for a page: what is shown follows the address (see Chat), and the
 * data come by their own ways. So a chat can be begun and left without a network.
 */
export const showChat = (path: string): void => window.history.pushState(null, '', path);
