import { timingSafeEqual } from 'node:crypto';
import { Controller, Get, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { AppError } from '../common/app-error.ts';
import { Public } from '../common/identity.ts';
import { Config } from '../config/config.ts';
import { Metrics } from './metrics.ts';

const LOOPBACK = /^(127\.|::1$|::ffff:127\.)/;
const FORWARDED = ['x-forwarded-for', 'forwarded', 'x-real-ip', 'via'];

/** Prometheus text. Figures about people's use are not public: a local scraper or the token, else there is nothing here. */
@Public()
@Controller('metrics')
export class MetricsController {
  constructor(
    private readonly metrics: Metrics,
    private readonly config: Config,
  ) {}

  @Get()
  async read(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    if (this.config.MONITORING_SERVICE === 'none' || !this.isAllowed(request)) throw new AppError('route.not_found');
    await reply.type(this.metrics.contentType).send(await this.metrics.text());
  }

  private isAllowed({ raw, headers }: FastifyRequest): boolean {
    const token = /^Bearer (.+)$/i.exec(headers.authorization ?? '')?.[1];
    if (token !== undefined) return this.config.METRICS_TOKEN !== undefined && equal(token, this.config.METRICS_TOKEN);
    // What came through a proxy came from elsewhere, even when the proxy is on this machine.
    return LOOPBACK.test(raw.socket.remoteAddress ?? '') && FORWARDED.every((name) => headers[name] === undefined);
  }
}

const equal = (given: string, wanted: string): boolean => {
  const [a, b] = [Buffer.from(given), Buffer.from(wanted)];
  return a.length === b.length && timingSafeEqual(a, b);
};
