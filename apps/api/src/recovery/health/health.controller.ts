import { type Health, ROUTES } from '@chatbox/contracts';
import { Controller, Get, Req, Res, ServiceUnavailableException } from '@nestjs/common';
import { HealthCheckService } from '@nestjs/terminus';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Drain } from '../../cluster/drain.ts';
import { Public } from '../../common/identity.ts';
import { Onlookers } from './onlookers.ts';
import { Readiness } from './readiness.ts';

/** For load balancers and supervisors. Started: begin to ask the others. Live: restart me if not. Ready: send people to me. */
@Public()
@Controller()
export class HealthController {
  private started = false;

  constructor(
    private readonly health: HealthCheckService,
    private readonly readiness: Readiness,
    private readonly drain: Drain,
    private readonly onlookers: Onlookers,
  ) {}

  /** Answers as long as the event loop turns; a dependency that is away is no reason to restart this process. */
  @Get(ROUTES['health.live'].path)
  live(): Health {
    return { status: 'ok' };
  }

  /** Well from the moment on when everything was there for the first time, whatever happens later: that is for the others. */
  @Get(ROUTES['health.startup'].path)
  async startup(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const found = this.started ? ({ status: 'ok' } satisfies Health) : await this.look();
    this.started ||= found.status !== 'error';
    const health: Health = this.started ? { ...found, status: 'ok' } : { ...found, status: 'starting' };
    await this.answer(request, reply, health);
  }

  /** Fails from the first moment of a shutdown on, so that the balancer turns away before the door closes. */
  @Get(ROUTES['health.ready'].path)
  async ready(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    await this.answer(request, reply, this.drain.hasBegun ? { status: 'shutting_down' } : await this.look());
  }

  private async look(): Promise<Health> {
    try {
      const { status, details } = await this.health.check(this.readiness.checks);
      return { status, details };
    } catch (error) {
      if (!(error instanceof ServiceUnavailableException)) throw error;
      const { status, details } = error.getResponse() as Health;
      return { status, details };
    }
  }

  /** What is wrong inside is nobody's business who only has to know whether to come. */
  private async answer(request: FastifyRequest, reply: FastifyReply, { status, details }: Health): Promise<void> {
    const isShown = details !== undefined && (await this.onlookers.maySeeDetails(request));
    reply.code(status === 'ok' || status === 'degraded' ? 200 : 503);
    await reply.send({ status, ...(isShown && { details }) } satisfies Health);
  }
}
