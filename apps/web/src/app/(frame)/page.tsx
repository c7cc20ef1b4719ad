import { Composer } from '@/features/composer/composer';

export default function NewChatPage() {
  return <Composer conversationId={null} />;
}
