import { Chat } from '../../chat';

export default function ConversationPage() {
  return <Chat />;
}
