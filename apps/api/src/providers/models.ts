import type { ModelList } from '@chatbox/contracts';
import { Injectable } from '@nestjs/common';
import { AppError } from '../common/app-error.ts';
import { OFFLINE_MODEL, OfflineAssistant } from './offline/offline.ts';
import type { ResolvedModel } from './provider.ts';

/** The catalogue: every model that can be chosen, and the way to call it. */
@Injectable()
export class Models {
  constructor(private readonly offline: OfflineAssistant) {}

  /** A provider that cannot be asked is a problem in the answer, never a failure of it. */
  async list(): Promise<ModelList> {
    return { items: [{ ...OFFLINE_MODEL, isDefault: true }], problems: [] };
  }

  /** null asks for the default. Fails with model.not_found. */
  async resolve(modelId: string | null): Promise<ResolvedModel> {
    if (modelId !== null && modelId !== OFFLINE_MODEL.id) throw new AppError('model.not_found');
    return {
      model: { ...OFFLINE_MODEL, isDefault: true },
      stream: (request) => this.offline.stream({}, { ...request, model: 'assistant' }),
    };
  }
}
