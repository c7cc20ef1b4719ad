/** `conversationId` is null on the page of a new conversation. */
export function Composer({ conversationId }: { conversationId: string | null }) {
  return <form aria-label="Message" data-conversation={conversationId} />;
}
