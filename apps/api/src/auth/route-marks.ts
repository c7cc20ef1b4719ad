import type { Right } from '@chatbox/contracts';
import { type ExecutionContext, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { DURING_SETUP, FRESH, PUBLIC, RIGHT } from '../common/identity.ts';

export interface Marks {
  readonly isPublic: boolean;
  readonly isDuringSetup: boolean;
  readonly isFresh: boolean;
  readonly right: Right | undefined;
}

/** What a route is marked with. It never changes, so that it is looked up once and not with every request. */
@Injectable()
export class RouteMarks {
  private readonly known = new WeakMap<object, WeakMap<object, Marks>>();

  constructor(private readonly reflector: Reflector) {}

  of(context: ExecutionContext): Marks {
    const [handler, controller] = [context.getHandler(), context.getClass()];
    const ofController = this.known.get(controller) ?? new WeakMap<object, Marks>();
    const marks = ofController.get(handler) ?? this.read([handler, controller]);
    if (!ofController.has(handler)) this.known.set(controller, ofController.set(handler, marks));
    return marks;
  }

  private read(places: Parameters<Reflector['getAllAndOverride']>[1]): Marks {
    const marked = <T>(key: string) => this.reflector.getAllAndOverride<T | undefined>(key, places);
    return {
      isPublic: marked(PUBLIC) === true,
      isDuringSetup: marked(DURING_SETUP) === true,
      isFresh: marked(FRESH) === true,
      right: marked<Right>(RIGHT),
    };
  }
}
