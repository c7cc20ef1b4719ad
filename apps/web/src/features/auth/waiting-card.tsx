import Link from 'next/link';
import { Button } from '@/components/ui/button';
import { DoorCard } from './door-card';

/** The account is there, and somebody of the administration has to let the person in. */
export function WaitingCard() {
  return (
    <DoorCard
      title="Waiting for approval"
      lead="Your account is made. An administrator of this server has to approve it before you can sign in."
    >
      <p className="text-muted-foreground">
        Nothing else is needed from you. Tell the person who sent you here, then sign in later the same way.
      </p>
      <Button asChild variant="secondary" className="mt-6 h-11 w-full">
        <Link href="/login">Back to sign in</Link>
      </Button>
    </DoorCard>
  );
}
