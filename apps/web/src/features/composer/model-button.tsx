import { ChevronDown, TriangleAlert } from 'lucide-react';
import { ModelPicker } from '@/components/model-picker';
import { Button } from '@/components/ui/button';
import { useModels } from '@/lib/models';

export function ModelButton({ modelId, onChoose }: { modelId: string | null; onChoose: (id: string) => void }) {
  const { data } = useModels();
  const name = data?.items.find((model) => model.id === modelId)?.name;
  const hasProblems = data !== undefined && data.problems.length > 0;
  return (
    <ModelPicker
      currentId={modelId}
      onChoose={onChoose}
      trigger={
        <Button
          variant="quiet"
          size="sm"
          aria-label={`Model: ${name ?? 'not chosen'}`}
          className="max-w-[min(16rem,55vw)] px-2 font-normal touch-target"
        >
          {hasProblems ? <TriangleAlert aria-label="Some connections have problems" className="text-warning" /> : null}
          <span className="truncate">{name ?? (data ? 'No model available' : 'Model')}</span>
          <ChevronDown aria-hidden className="size-3.5!" />
        </Button>
      }
    />
  );
}
