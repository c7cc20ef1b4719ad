import 'reflect-metadata';
import type { Right, Route } from '@chatbox/contracts';
import { type DynamicModule, RequestMethod, type Type } from '@nestjs/common';
import { AppModule, type Opened } from '../../src/app.module.ts';
import { PUBLIC, RIGHT } from '../../src/common/identity.ts';

type Access = Route['access'];

/** Every address a controller answers, read from the modules themselves, with who may ask there. */
export const answeringRoutes = (): Record<string, Access> => {
  // The modules only pass on what they are given; nothing is opened to read their lists.
  const root = AppModule.with({ config: {}, engine: {} } as Opened);
  return Object.fromEntries(controllersOf(root, new Set()).flatMap(routesOf));
};

const controllersOf = (module: Type | DynamicModule, seen: Set<unknown>): Type[] => {
  if (seen.has(module)) return [];
  seen.add(module);
  const type = 'module' in module ? module.module : module;
  const listed = <T>(key: string): T[] => [
    ...((Reflect.getMetadata(key, type) as T[] | undefined) ?? []),
    ...(('module' in module ? (module as unknown as Record<string, T[]>)[key] : undefined) ?? []),
  ];
  return [...listed<Type>('controllers'), ...listed<Type>('imports').flatMap((part) => controllersOf(part, seen))];
};

const routesOf = (controller: Type): [string, Access][] => {
  const prototype = controller.prototype as Record<string, unknown>;
  return Object.getOwnPropertyNames(prototype).flatMap((name): [string, Access][] => {
    const handler = prototype[name];
    if (typeof handler !== 'function' || !Reflect.hasMetadata('method', handler)) return [];
    const method = RequestMethod[Reflect.getMetadata('method', handler) as number];
    const parts = [controller, handler].map((part) => String(Reflect.getMetadata('path', part) ?? ''));
    const path = `/${parts
      .flatMap((part) => part.split('/'))
      .filter(Boolean)
      .join('/')}`;
    const has = (key: string) => [controller, handler].some((part) => Reflect.getMetadata(key, part) === true);
    const right = [handler, controller]
      .map((part) => Reflect.getMetadata(RIGHT, part) as Right | undefined)
      .find((marked) => marked !== undefined);
    return [[`${method} ${path}`, has(PUBLIC) ? 'public' : (right ?? 'user')]];
  });
};
