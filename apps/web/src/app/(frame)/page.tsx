import { Chat } from './chat';

export default function NewChatPage() {
  return <Chat />;
}
