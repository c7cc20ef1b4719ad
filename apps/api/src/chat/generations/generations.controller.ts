import { type Generation, PathId, type StopResult } from '@chatbox/contracts';
import { Controller, Get, Headers, HttpCode, Param, Post, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Can, type Identity, Who } from '../../common/identity.ts';
import { shaped } from '../../common/zod.pipe.ts';
import { Access } from '../access.ts';
import { EventStreams } from './event-stream.ts';
import { Generations } from './generations.ts';

@Can('conversations', 'read')
@Controller('api/v1/generations')
export class GenerationsController {
  constructor(
    private readonly generations: Generations,
    private readonly access: Access,
    private readonly streams: EventStreams,
  ) {}

  @Get(':id')
  async read(@Who() who: Identity, @Param('id', shaped(PathId)) id: string): Promise<Generation> {
    return this.generations.read(await this.access.generation(id, who));
  }

  @Can('generations', 'stop')
  @Post(':id/stop')
  @HttpCode(200)
  async stop(@Who() who: Identity, @Param('id', shaped(PathId)) id: string): Promise<StopResult> {
    return { generation: await this.generations.stop(await this.access.generation(id, who)) };
  }

  @Get(':id/events')
  async events(
    @Who() who: Identity,
    @Param('id', shaped(PathId)) id: string,
    @Headers('last-event-id') lastEventId: string | undefined,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    await this.access.generation(id, who);
    this.generations.refuseWhenDraining();
    this.streams.open(who, id, lastEventId, request, reply);
  }
}
