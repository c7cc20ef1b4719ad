import type { Health } from '@chatbox/contracts';
import { Controller, Get, Res, ServiceUnavailableException } from '@nestjs/common';
import { HealthCheckService } from '@nestjs/terminus';
import type { FastifyReply } from 'fastify';
import { Drain } from '../../cluster/drain.ts';
import { Public } from '../../common/identity.ts';
import { Readiness } from './readiness.ts';

/** For load balancers and supervisors. Live: restart me if not. Ready: send people to me. */
@Public()
@Controller('health')
export class HealthController {
  constructor(
    private readonly health: HealthCheckService,
    private readonly readiness: Readiness,
    private readonly drain: Drain,
  ) {}

  /** Answers as long as the event loop turns; a dependency that is away is no reason to restart this process. */
  @Get('live')
  live(): Health {
    return { status: 'ok', details: {} };
  }

  /** Fails from the first moment of a shutdown on, so that the balancer turns away before the door closes. */
  @Get('ready')
  async ready(@Res() reply: FastifyReply): Promise<void> {
    if (this.drain.hasBegun) {
      await reply.code(503).send({ status: 'shutting_down', details: {} } satisfies Health);
      return;
    }
    try {
      await reply.send(await this.health.check(this.readiness.checks));
    } catch (error) {
      if (!(error instanceof ServiceUnavailableException)) throw error;
      await reply.code(503).send(error.getResponse());
    }
  }
}
