import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { type Resource, resourceFromAttributes } from '@opentelemetry/resources';
import { VERSION } from '../common/version.ts';

const INSTANCE = randomUUID();

/** Who sends: https://opentelemetry.io/docs/specs/semconv/resource/service/ */
export const resource = (): Resource =>
  resourceFromAttributes({
    'service.name': 'chatbox',
    'service.version': VERSION,
    'service.instance.id': INSTANCE,
    'host.name': hostname(),
  });
