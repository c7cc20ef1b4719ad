import { Composer } from '@/features/composer/composer';
import { Start } from '@/features/start/start';

export default function NewChatPage() {
  return (
    <Start>
      <Composer conversationId={null} />
    </Start>
  );
}
