import { type ExecutionContext, Module } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { ThrottlerModule, type ThrottlerModuleOptions } from '@nestjs/throttler';
import { Config } from '../config/config.ts';
import { CountsModule } from './counts.module.ts';
import { LimitsGuard } from './limits.guard.ts';
import { type Rule, ruleFor } from './rules.ts';
import { SharedCounts } from './shared-counts.ts';
import { type Asking, addressOf, emailOf, trackerOf } from './tracker.ts';

/** Every limit on requests there is, each with its own count in the same window. */
const limitsOf = (config: Config, storage: SharedCounts): ThrottlerModuleOptions => {
  const ttl = config.RATE_LIMIT_WINDOW * 60_000;
  const unless = (applies: (rule: Rule, request: Asking) => boolean) => (context: ExecutionContext) =>
    !applies(ruleOf(context), asking(context));
  return {
    storage,
    throttlers: [
      {
        name: 'requests',
        ttl,
        limit: (context) => (asking(context).identity ? config.RATE_LIMIT_MAX_SIGNED_IN : config.RATE_LIMIT_MAX),
        skipIf: unless(({ counting }) => counting === 'usual'),
        getTracker: (request) => trackerOf(request as Asking),
      },
      {
        name: 'page',
        ttl,
        limit: config.RATE_LIMIT_MAX_SIGNED_IN,
        skipIf: unless(({ counting }) => counting === 'page'),
        getTracker: (request) => `address ${addressOf(request as Asking)}`,
      },
      {
        name: 'entry',
        ttl,
        limit: config.RATE_LIMIT_MAX_ENTRY,
        skipIf: unless(({ isEntry }) => isEntry),
        getTracker: (request) => `address ${addressOf(request as Asking)}`,
      },
      {
        name: 'account',
        ttl,
        limit: (context) => ruleOf(context).perEmail ?? Number.POSITIVE_INFINITY,
        skipIf: unless(({ perEmail }, request) => perEmail !== null && emailOf(request) !== null),
        getTracker: (request) => `${request.routeOptions.url} ${emailOf(request as Asking)}`,
      },
    ],
  };
};

const asking = (context: ExecutionContext): Asking => context.switchToHttp().getRequest<Asking>();

/** Of a handler, which serves one route. The library asks several times for each request, and Fastify makes its answer anew each time. */
const rules = new WeakMap<object, Rule>();
const ruleOf = (context: ExecutionContext): Rule => {
  const handler = context.getHandler();
  const known = rules.get(handler);
  if (known !== undefined) return known;
  const request = asking(context);
  const rule = ruleFor(request.method, request.routeOptions.url);
  rules.set(handler, rule);
  return rule;
};

/** Has to be imported after the module whose guard tells who asks: global guards run in the order of their modules. */
@Module({
  imports: [
    CountsModule,
    ThrottlerModule.forRootAsync({
      imports: [CountsModule],
      inject: [Config, SharedCounts],
      useFactory: limitsOf,
    }),
  ],
  providers: [{ provide: APP_GUARD, useClass: LimitsGuard }],
})
export class LimitsModule {}
