import { useModels } from '@/lib/models';

/** As a person knows it; the part of the id behind the connection while the list is not there. */
export function useModelName(id: string | null): string {
  const { data } = useModels();
  if (id === null) return 'Assistant';
  return data?.items.find((model) => model.id === id)?.name ?? (id.slice(id.indexOf('/') + 1) || id);
}
