import { timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import { constants, gzip } from 'node:zlib';
import { Controller, Get, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { AppError } from '../common/app-error.ts';
import { Public } from '../common/identity.ts';
import { Config } from '../config/config.ts';
import { Metrics } from './metrics.ts';

const LOOPBACK = /^(127\.|::1$|::ffff:127\.)/;
const FORWARDED = ['x-forwarded-for', 'forwarded', 'x-real-ip', 'via'];
const zipped = promisify(gzip);

/**
 * Prometheus text. Figures about people's use are not public: who has the token, or, where none was set, a scraper on this machine. Else
 * there is nothing here.
 */
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
    const { accept = '', 'accept-encoding': encodings = '' } = request.headers;
    const format = accept.includes('application/openmetrics-text') ? 'openmetrics' : 'prometheus';
    const text = await this.metrics.getMetrics(format);
    reply.type(this.metrics.contentType(format)).header('vary', 'accept, accept-encoding');
    if (!takesGzip(String(encodings))) await reply.send(text);
    // The text repeats itself so much that the fastest level makes a twentieth of it.
    else await reply.header('content-encoding', 'gzip').send(await zipped(text, { level: constants.Z_BEST_SPEED }));
  }

  private isAllowed({ raw, headers }: FastifyRequest): boolean {
    const { METRICS_TOKEN: wanted } = this.config;
    const token = /^Bearer (.+)$/i.exec(headers.authorization ?? '')?.[1];
    // A plain forward of connections looks like somebody on this machine, whoever comes through it.
    if (wanted !== undefined) return token !== undefined && equal(token, wanted);
    // What came through a proxy came from elsewhere, even when the proxy is on this machine.
    return (
      token === undefined &&
      LOOPBACK.test(raw.socket.remoteAddress ?? '') &&
      FORWARDED.every((name) => headers[name] === undefined)
    );
  }
}

/** RFC 9110 12.5.3: named, and not with a weight of nothing. */
const takesGzip = (encodings: string): boolean =>
  encodings.split(',').some((one) => /^\s*gzip\s*(;\s*q\s*=\s*(1(\.0*)?|0\.\d*[1-9]\d*)\s*)?$/i.test(one));

const equal = (given: string, wanted: string): boolean => {
  const [a, b] = [Buffer.from(given), Buffer.from(wanted)];
  return a.length === b.length && timingSafeEqual(a, b);
};
