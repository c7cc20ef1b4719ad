export function Thread({ conversationId }: { conversationId: string }) {
  return <section aria-label="Messages" data-conversation={conversationId} className="flex-1" />;
}
