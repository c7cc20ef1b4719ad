import { Composer } from '@/features/composer/composer';
import { Thread } from '@/features/thread/thread';

export default async function ConversationPage({ params }: { params: Promise<{ id: string }> }) {
  const { id } = await params;
  return (
    <>
      <Thread conversationId={id} />
      <Composer conversationId={id} />
    </>
  );
}
