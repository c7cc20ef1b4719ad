import type { ConnectionTest } from '@chatbox/contracts';
import { Notice } from '@/components/ui/notice';
import { sayProblem } from '@/lib/problem';

const SHOWN = 3;

function sayModels(models: string[]): string {
  if (models.length === 0) return 'It lists no models.';
  const first = models.slice(0, SHOWN).join(', ');
  const rest = models.length - SHOWN;
  return rest > 0 ? `${first} and ${rest} more.` : `${first}.`;
}

export function TestResult({ result, failure }: { result: ConnectionTest | undefined; failure: unknown }) {
  if (failure) return <Notice tone="danger">{sayProblem(failure)}</Notice>;
  if (!result) return null;
  if (!result.ok)
    return <Notice tone="danger">{result.error?.detail ?? 'The server did not answer as expected.'}</Notice>;
  const count = `${result.models.length} ${result.models.length === 1 ? 'model' : 'models'}`;
  return (
    <Notice tone="success">
      Works: {count} in {Math.round(result.milliseconds)} ms.{' '}
      <span className="break-words text-muted-foreground">{sayModels(result.models)}</span>
    </Notice>
  );
}
