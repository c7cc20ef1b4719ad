import Link from 'next/link';
import { BlankPage } from '@/components/blank-page';
import { Button } from '@/components/ui/button';

export default function NotFoundPage() {
  return (
    <main className="flex min-h-dvh">
      <BlankPage
        title="There is nothing at this address"
        actions={
          <Button asChild>
            <Link href="/">To a new chat</Link>
          </Button>
        }
      >
        The link may be old, or a letter is missing. Your conversations are in the list of the chat.
      </BlankPage>
    </main>
  );
}
