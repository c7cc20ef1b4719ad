'use client';

import { BlankPage } from './blank-page';
import { Button } from './ui/button';

/** In the place of a page that threw while it was drawn. */
export function FailedPage({ error, reset }: { error: Error & { digest?: string }; reset: () => void }) {
  return (
    <BlankPage
      title="This page could not be shown"
      actions={
        <>
          <Button onClick={reset}>Try again</Button>
          <Button variant="secondary" onClick={() => location.assign('/')}>
            To a new chat
          </Button>
        </>
      }
    >
      <p>The page met an error it did not expect. Your conversations are safe on the server.</p>
      {error.digest ? <p className="mt-2 font-mono text-xs">Reference {error.digest}</p> : null}
    </BlankPage>
  );
}
